using System.Security.Cryptography;
using System.Text;
using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Tests.Stores;

/// <summary>What every store must do.</summary>
public abstract class ObjectStoreContract
{
    /// <summary>Many at once, all of them ready before the first one starts.</summary>
    private const int Racers = 20;

    /// <summary>An empty store; the same one at every call in a test.</summary>
    protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task An_object_reads_back_as_it_was_written()
    {
        var written = await Store.PutTextAsync("a/b/c.txt", "Grüße, 世界");

        Assert.Equal("Grüße, 世界", await Store.ReadTextAsync("a/b/c.txt"));
        var head = await Store.HeadAsync("a/b/c.txt", CancellationToken.None);
        Assert.Equal(written, head! with { LastModified = written.LastModified });
        Assert.Equal(("a/b/c.txt", 15L), (head.Key, head.Bytes));
        Assert.InRange(head.LastModified, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Equal($"{Store.Uri}/a/b/c.txt", Store.UriOf("a/b/c.txt"));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        await Store.PutTextAsync("empty", "");
        Assert.Equal(0, (await Store.HeadAsync("empty", CancellationToken.None))!.Bytes);
        Assert.Equal("", await Store.ReadTextAsync("empty"));
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_not_found()
    {
        await Store.PutTextAsync("folder/file", "x");
        foreach (var key in new[] { "missing", "folder", "folder/missing", "folder/file/below", "missing/below" })
        {
            Assert.Null(await Store.HeadAsync(key, CancellationToken.None));
            var missing = await Assert.ThrowsAsync<ObjectNotFoundException>(() => Store.OpenReadAsync(key, 0, CancellationToken.None));
            Assert.Equal(Store.UriOf(key), missing.ObjectUri);
            Assert.False(await Store.ExistsAsync(key, CancellationToken.None));
            await Store.DeleteAsync(key, CancellationToken.None);
        }

        Assert.True(await Store.ExistsAsync("folder/file", CancellationToken.None));
    }

    [Fact]
    public async Task Overwriting_replaces_content_and_tag_and_open_readers_go_on_with_the_old()
    {
        var first = await Store.PutTextAsync("object", "first");
        await using var reader = await Store.OpenReadAsync("object", 0, CancellationToken.None);
        var second = await Store.PutTextAsync("object", "2nd");

        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal("2nd", await Store.ReadTextAsync("object"));
        using var text = new StreamReader(reader);
        Assert.Equal("first", await text.ReadToEndAsync());
    }

    [Theory]
    [InlineData(0, "0123456789")]
    [InlineData(7, "789")]
    [InlineData(10, "")]
    [InlineData(11, "")]
    public async Task Reading_starts_at_an_offset(long offset, string expected)
    {
        await Store.PutTextAsync("digits", "0123456789");
        Assert.Equal(expected, await Store.ReadTextAsync("digits", offset));
    }

    [Fact]
    public async Task A_negative_offset_is_refused()
    {
        await Store.PutTextAsync("digits", "0123456789");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.OpenReadAsync("digits", -1, CancellationToken.None));
    }

    [Fact]
    public async Task Of_many_that_create_an_object_one_wins_and_its_content_stays()
    {
        var outcomes = await RaceAsync(async racer =>
        {
            try
            {
                await Store.PutTextAsync("race/object", $"racer {racer}", PutCondition.IfNoneMatch);
                return racer;
            }
            catch (PreconditionFailedException failed)
            {
                Assert.Equal(Store.UriOf("race/object"), failed.ObjectUri);
                return -1;
            }
        });

        var winner = Assert.Single(outcomes, racer => racer >= 0);
        Assert.Equal($"racer {winner}", await Store.ReadTextAsync("race/object"));
        Assert.Equal(["race/object"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Creating_what_exists_fails_before_or_after_it_is_filled_and_changes_nothing()
    {
        await Store.PutTextAsync("object", "first", PutCondition.IfNoneMatch);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => Store.PutTextAsync("object", "second", PutCondition.IfNoneMatch));

        await Assert.ThrowsAsync<PreconditionFailedException>(() => Store.PutAsync(
            "late",
            async (stream, cancel) =>
            {
                await stream.WriteAsync("slow"u8.ToArray(), cancel);
                await Store.PutTextAsync("late", "fast");
            },
            PutCondition.IfNoneMatch,
            CancellationToken.None));

        Assert.Equal("first", await Store.ReadTextAsync("object"));
        Assert.Equal("fast", await Store.ReadTextAsync("late"));
    }

    [Fact]
    public async Task A_counter_that_many_swap_loses_no_count()
    {
        await Store.PutTextAsync("counter", "0");
        await RaceAsync(async _ =>
        {
            for (var count = 0; count < 5; count++)
            {
                await Counter.AddOneAsync(Store, "counter");
            }

            return 0;
        });

        Assert.Equal($"{Racers * 5}", await Store.ReadTextAsync("counter"));
        Assert.Equal(["counter"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Swapping_needs_the_tag_that_is_there()
    {
        var first = await Store.PutTextAsync("object", "first");
        var second = await Store.PutTextAsync("object", "second", PutCondition.IfMatch(first.ETag!));

        await Assert.ThrowsAsync<PreconditionFailedException>(() => Store.PutTextAsync("object", "third", PutCondition.IfMatch(first.ETag!)));
        await Assert.ThrowsAsync<PreconditionFailedException>(() => Store.PutTextAsync("missing", "third", PutCondition.IfMatch(second.ETag!)));

        Assert.Equal("second", await Store.ReadTextAsync("object"));
        Assert.Equal(["object"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task A_writer_that_throws_midway_leaves_what_was_there()
    {
        await Store.PutTextAsync("old", "old content");
        foreach (var key in new[] { "old", "new/object" })
        {
            var thrown = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Store.PutAsync(
                key,
                async (stream, cancel) =>
                {
                    await stream.WriteAsync(new byte[300_000], cancel);
                    throw new InvalidTimeZoneException("as a writer may");
                },
                PutCondition.None,
                CancellationToken.None));
            Assert.Equal("as a writer may", thrown.Message);
        }

        Assert.Equal("old content", await Store.ReadTextAsync("old"));
        Assert.Equal(["old"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_what_was_there()
    {
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(
            "object",
            async (stream, cancel) =>
            {
                await stream.WriteAsync(new byte[300_000], cancel);
                await cancelled.CancelAsync();
            },
            PutCondition.None,
            cancelled.Token));
        Assert.Empty(await Store.KeysAsync(""));
    }

    [Fact]
    public async Task While_it_is_written_an_object_is_not_seen()
    {
        await Store.PutAsync(
            "folder/object",
            async (stream, cancel) =>
            {
                await stream.WriteAsync(new byte[300_000], cancel);
                await stream.FlushAsync(cancel);
                Assert.Null(await Store.HeadAsync("folder/object", cancel));
                Assert.Empty(await Store.KeysAsync(""));
            },
            PutCondition.None,
            CancellationToken.None);
        Assert.Equal(["folder/object"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Writers_may_close_the_stream_or_write_without_waiting()
    {
        await Store.PutAsync(
            "object",
            (stream, _) =>
            {
                using var writer = new StreamWriter(stream);
                for (var line = 0; line < 100_000; line++)
                {
                    writer.Write("0123456789");
                }

                return Task.CompletedTask;
            },
            PutCondition.None,
            CancellationToken.None);
        Assert.Equal(1_000_000, (await Store.HeadAsync("object", CancellationToken.None))!.Bytes);
    }

    [Fact]
    public async Task Keys_list_in_the_order_of_their_bytes()
    {
        // '-' and '.' come before '/', '0' after it; U+E000 before U+1F600, whose UTF-16 starts with D83D.
        string[] keys = ["a b", "a!", "a-b", "a-b/c", "a.d/x", "a/b", "a/c/d", "a/c0", "a0", "aB", "ab", "b/\u00e9", "b/\ue000", "b/\U0001f600", "Z", "ä/ö"];
        foreach (var key in keys.Except(["a-b"]).Reverse())
        {
            await Store.PutTextAsync(key, key);
        }

        var expected = keys.Except(["a-b"]).OrderBy(key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal);
        Assert.Equal(expected, await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Prefixes_need_not_end_at_a_segment()
    {
        foreach (var key in new[] { "a", "ab/c", "ab/cd/e", "ab/ce", "abc", "b" })
        {
            await Store.PutTextAsync(key, "x");
        }

        Assert.Equal(["ab/c", "ab/cd/e", "ab/ce", "abc"], await Store.KeysAsync("ab"));
        Assert.Equal(["ab/c", "ab/cd/e", "ab/ce"], await Store.KeysAsync("ab/"));
        Assert.Equal(["ab/c", "ab/cd/e", "ab/ce"], await Store.KeysAsync("ab/c"));
        Assert.Equal(["ab/cd/e"], await Store.KeysAsync("ab/cd/"));
        Assert.Equal(["a", "ab/c", "ab/cd/e", "ab/ce", "abc"], await Store.KeysAsync("a"));
        Assert.Empty(await Store.KeysAsync("ab/x"));
        Assert.Empty(await Store.KeysAsync("missing/folder/"));
        Assert.Empty(await Store.KeysAsync("b/"));
        Assert.Equal(6, (await Store.KeysAsync("")).Count);
    }

    [Fact]
    public async Task Listing_tells_sizes_and_times()
    {
        await Store.PutTextAsync("folder/object", "12345");
        await foreach (var found in Store.ListAsync("folder/", CancellationToken.None))
        {
            Assert.Equal(5, found.Bytes);
            Assert.InRange(found.LastModified, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        }
    }

    [Fact]
    public async Task Folders_are_listed_one_level_deep()
    {
        foreach (var key in new[] { "v2/a", "v1/a/b", "v1/c", "latest", "w/x" })
        {
            await Store.PutTextAsync(key, "x");
        }

        Assert.Equal(["v1", "v2", "w"], await FoldersAsync(""));
        Assert.Equal(["a"], await FoldersAsync("v1/"));
        Assert.Empty(await FoldersAsync("v2/"));
        Assert.Empty(await FoldersAsync("missing/"));
        await Assert.ThrowsAsync<ArgumentException>(() => FoldersAsync("v1"));
    }

    [Fact]
    public async Task Deleted_objects_are_gone_and_their_keys_free()
    {
        await Store.PutTextAsync("a/b", "x");
        await Store.PutTextAsync("a/c", "x");
        await Store.DeleteAsync("a/b", CancellationToken.None);
        await Store.DeleteAsync("a/b", CancellationToken.None);
        Assert.Equal(["a/c"], await Store.KeysAsync(""));

        await Store.DeleteAsync("a/c", CancellationToken.None);
        Assert.Empty(await Store.KeysAsync(""));
        await Store.PutTextAsync("a", "a folder no more", PutCondition.IfNoneMatch);
        Assert.Equal(["a"], await Store.KeysAsync(""));
    }

    [Fact]
    public async Task Writing_and_deleting_the_only_object_of_a_folder_do_not_disturb_each_other()
    {
        await RaceAsync(async racer =>
        {
            for (var turn = 0; turn < 10; turn++)
            {
                await Store.PutTextAsync($"shared/folder/{racer}", "x");
                await Store.DeleteAsync($"shared/folder/{racer}", CancellationToken.None);
            }

            return 0;
        });
        Assert.Empty(await Store.KeysAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u009bb")]
    [InlineData(null)]
    public async Task Bad_keys_are_refused(string? key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.HeadAsync(key!, CancellationToken.None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.OpenReadAsync(key!, 0, CancellationToken.None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.PutTextAsync(key!, "x"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteAsync(key!, CancellationToken.None));
        Assert.Empty(await Store.KeysAsync(""));
    }

    [Fact]
    public async Task A_lone_surrogate_is_no_key() => await Assert.ThrowsAsync<ArgumentException>(() => Store.PutTextAsync("a\ud800b", "x"));

    [Fact]
    public async Task Keys_have_at_most_1024_bytes()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('ä', 102), 5));
        await Store.PutTextAsync(longest, "x");
        Assert.Equal([longest], await Store.KeysAsync("ä"));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutTextAsync(longest + "äxx", "x"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("")]
    [InlineData("..a/")]
    public async Task Prefixes_may_end_anywhere(string prefix) => Assert.Empty(await Store.KeysAsync(prefix));

    [Theory]
    [InlineData("../")]
    [InlineData("/")]
    [InlineData("a//")]
    [InlineData("a/../b")]
    [InlineData("a\0")]
    public async Task Prefixes_of_no_key_are_refused(string prefix) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.KeysAsync(prefix));

    [Theory]
    [InlineData("Ünïcödé/ключ/鍵/🗝️ key")]
    [InlineData("e\u0301 decomposed")]
    [InlineData("a?b#c%41&d=e*'\"<>|:;$(NAME)~")]
    [InlineData("-rf")]
    [InlineData(" leading and trailing ")]
    [InlineData("...")]
    public async Task Keys_are_taken_as_they_are(string key)
    {
        await Store.PutTextAsync(key, key);
        Assert.Equal([key], await Store.KeysAsync(""));
        Assert.Equal(key, await Store.ReadTextAsync(key));
    }

    [Fact]
    public async Task A_large_object_streams_in_bounded_memory()
    {
        const int Blocks = 1024;
        var block = new byte[64 * 1024];
        new Random(1).NextBytes(block);
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var before = GC.GetTotalAllocatedBytes();
        await Store.PutAsync(
            "large",
            async (stream, cancel) =>
            {
                for (var index = 0; index < Blocks; index++)
                {
                    block[0] = (byte)index;
                    expected.AppendData(block);
                    await stream.WriteAsync(block, cancel);
                }
            },
            PutCondition.None,
            CancellationToken.None);

        await using var content = await Store.OpenReadAsync("large", 0, CancellationToken.None);
        Assert.Equal(expected.GetHashAndReset(), await SHA256.HashDataAsync(content));
        Assert.Equal((long)Blocks * block.Length, (await Store.HeadAsync("large", CancellationToken.None))!.Bytes);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 16L * 1024 * 1024);
    }

    private static async Task<IReadOnlyList<int>> RaceAsync(Func<int, Task<int>> run)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var racers = Enumerable.Range(0, Racers).Select(racer => Task.Run(async () =>
        {
            await start.Task;
            return await run(racer);
        })).ToList();
        start.SetResult();
        return await Task.WhenAll(racers);
    }

    private async Task<IReadOnlyList<string>> FoldersAsync(string folder)
    {
        var folders = new List<string>();
        await foreach (var name in Store.ListFoldersAsync(folder, CancellationToken.None))
        {
            folders.Add(name);
        }

        return folders;
    }
}
