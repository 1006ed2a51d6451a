using TextOps.Artifacts.Embeddings;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Runner.Text;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Text;

public sealed class FolderReadingTests
{
    [Fact]
    public async Task A_folder_of_plain_and_packed_files_is_listed_cut_and_read_once_in_order()
    {
        using var folder = new TemporaryFolder();
        var lines = Enumerable.Range(0, 900).Select(line => $$"""{"id":{{line}},"text":"ticket {{line}} {{new string('x', line % 41)}}"}""").ToArray();
        File.WriteAllText(folder.File("a.jsonl"), string.Join('\n', lines[..400]));
        File.WriteAllBytes(folder.File("b.jsonl.gz"), MemoryInputs.Gzip(MemoryInputs.Utf8(string.Join("\r\n", lines[400..700]))));
        File.WriteAllText(folder.File("c.ndjson"), string.Join("\r\n", lines[700..]) + "\r\n");
        var source = new TextSource { Uri = "file://" + folder.Path, IdField = "id" };
        var files = new LocalSourceFiles();
        var listed = await new SourceListing(files).ListAsync(SourcePattern.Of(source), default);
        var inputs = listed.Select(file => new PinnedInput { Uri = file.Uri, Bytes = file.Bytes, ETag = "" }).ToList();
        foreach (var shards in (int[])[1, 2, 3, 10, 50])
        {
            var ids = new List<string>();
            foreach (var shard in ShardPlanner.Cut(inputs, shards))
            {
                await foreach (var row in TextSourceReader.ReadAsync(inputs, shard.Ranges, source, files.OpenAsync, default))
                {
                    Assert.StartsWith($"ticket {row.Id} ", row.Text);
                    ids.Add(row.Id);
                }
            }

            Assert.Equal(Enumerable.Range(0, 900).Select(line => line.ToString()), ids);
        }
    }

    [Fact]
    public async Task A_file_that_vanished_since_planning_is_refused()
    {
        using var folder = new TemporaryFolder();
        var input = new PinnedInput { Uri = $"file://{folder.Path}/a.txt", Bytes = 4, ETag = "" };

        var refused = await Assert.ThrowsAsync<InputException>(async () =>
        {
            await foreach (var row in TextSourceReader.ReadAsync(
                [input], [new InputRange { Input = 0, Offset = 2, Bytes = 2 }], new TextSource { Uri = input.Uri }, new LocalSourceFiles().OpenAsync, default))
            {
                Assert.Fail(row.ToString());
            }
        });

        Assert.Contains("does not exist any more", refused.Message);
    }
}
