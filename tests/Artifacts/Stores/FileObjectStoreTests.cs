using System.Security.Cryptography;
using System.Text;
using TextOps.Artifacts.Stores;
using TextOps.Tests;

namespace TextOps.Artifacts.Tests.Stores;

public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public FileObjectStoreTests() => Store = new FileObjectStore(folder.File("store"));

    protected override IObjectStore Store { get; }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_tag_is_the_sha256_of_the_content()
    {
        var expected = Convert.ToHexStringLower(SHA256.HashData("content"u8));
        Assert.Equal(expected, (await Store.PutTextAsync("object", "content")).ETag);
        Assert.Equal(expected, (await Store.HeadAsync("object", CancellationToken.None))!.ETag);
    }

    [Fact]
    public async Task Ten_thousand_keys_list_in_order()
    {
        for (var index = 0; index < 10_000; index++)
        {
            var path = folder.File("store", $"shard-{index % 7}", $"{index:D5}");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, []);
        }

        var keys = await Store.KeysAsync("");
        Assert.Equal(10_000, keys.Count);
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }

    [Theory]
    [InlineData("link/object")]
    [InlineData("link/new/object")]
    [InlineData("file-link")]
    [InlineData("inner-link/object")]
    [InlineData("dangling")]
    public async Task Symbolic_links_are_refused_wherever_they_lead(string key)
    {
        Directory.CreateDirectory(folder.File("outside"));
        await File.WriteAllTextAsync(folder.File("outside", "object"), "outside");
        await Store.PutTextAsync("inside/object", "inside");
        Directory.CreateSymbolicLink(folder.File("store", "link"), folder.File("outside"));
        Directory.CreateSymbolicLink(folder.File("store", "inner-link"), folder.File("store", "inside"));
        File.CreateSymbolicLink(folder.File("store", "file-link"), folder.File("outside", "object"));
        File.CreateSymbolicLink(folder.File("store", "dangling"), folder.File("outside", "new"));

        foreach (var action in new Func<Task>[]
        {
            () => Store.HeadAsync(key, CancellationToken.None),
            () => Store.OpenReadAsync(key, 0, CancellationToken.None),
            () => Store.PutTextAsync(key, "x"),
            () => Store.PutTextAsync(key, "x", PutCondition.IfNoneMatch),
            () => Store.DeleteAsync(key, CancellationToken.None),
        })
        {
            var refused = await Assert.ThrowsAsync<StoreRefusedException>(action);
            Assert.Contains($"{folder.File("store", key.Split('/')[0])} is a symbolic link", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["inside/object"], await Store.KeysAsync(""));
        await Assert.ThrowsAsync<StoreRefusedException>(() => Store.KeysAsync("link/"));
        Assert.Equal(["object"], Directory.GetFiles(folder.File("outside")).Select(Path.GetFileName));
        Assert.Equal("outside", await File.ReadAllTextAsync(folder.File("outside", "object")));
    }

    [Fact]
    public async Task The_root_may_be_a_symbolic_link()
    {
        Directory.CreateDirectory(folder.File("real"));
        Directory.CreateSymbolicLink(folder.File("root"), folder.File("real"));
        await new FileObjectStore(folder.File("root")).PutTextAsync("a/b", "x");
        Assert.True(File.Exists(folder.File("real", "a", "b")));
    }

    [Theory]
    [InlineData("file/object", "file", "a file is where a folder should be")]
    [InlineData("file/deep/object", "file", "a file is where a folder should be")]
    [InlineData("folder", "folder", "a folder is where the file should be")]
    public async Task Files_and_folders_in_the_way_are_named(string key, string culprit, string cause)
    {
        await Store.PutTextAsync("file", "x");
        await Store.PutTextAsync("folder/object", "x");
        foreach (var condition in new[] { PutCondition.None, PutCondition.IfNoneMatch, PutCondition.IfMatch("tag") })
        {
            var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => Store.PutTextAsync(key, "y", condition));
            Assert.Contains(folder.File("store", culprit), refused.Message, StringComparison.Ordinal);
            Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
            Assert.Contains("move that", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["file", "folder/object"], await Store.KeysAsync(""));
    }

    [Theory]
    [InlineData("root")]
    [InlineData("root/below")]
    public async Task A_file_in_the_place_of_the_root_or_above_it_is_named(string root)
    {
        await File.WriteAllTextAsync(folder.File("root"), "x");
        var store = new FileObjectStore(folder.File(root));
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => store.PutTextAsync("object", "y"));
        Assert.Contains($"{folder.File("root")}: a file is where a folder should be", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await store.KeysAsync(""));
    }

    [Fact]
    public async Task A_read_only_folder_is_named_with_the_user()
    {
        await Store.PutTextAsync("folder/object", "x");
        var readOnly = folder.File("store", "folder");
        File.SetUnixFileMode(readOnly, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.SkipWhen(CanWrite(readOnly), "this user may write to folders without write permission (root)");
            foreach (var action in new Func<Task>[]
            {
                () => Store.PutTextAsync("folder/object", "y"),
                () => Store.PutTextAsync("folder/new", "y", PutCondition.IfNoneMatch),
                () => Store.DeleteAsync("folder/object", CancellationToken.None),
            })
            {
                var refused = await Assert.ThrowsAsync<StoreRefusedException>(action);
                Assert.Contains($"{readOnly}/", refused.Message, StringComparison.Ordinal);
                Assert.Contains($"permission denied for user '{Environment.UserName}'", refused.Message, StringComparison.Ordinal);
            }

            Assert.Equal("x", await Store.ReadTextAsync("folder/object"));
        }
        finally
        {
            File.SetUnixFileMode(readOnly, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_name_too_long_for_the_file_system_is_refused()
    {
        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => Store.PutTextAsync(new string('x', 300), "x"));
        Assert.Contains("too long", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, "no space left on the device")]
    [InlineData(122, "quota")]
    [InlineData(30, "read-only")]
    [InlineData(27, "larger than the process or the file system allows")]
    [InlineData(13, "permission denied")]
    public void Faults_that_last_are_refusals(int error, string cause)
    {
        var refused = FileFaults.Refusal(Posix.Fault("write", "/store/object", error), "/store/object");
        Assert.Contains($"cannot use /store/object: ", refused!.Message, StringComparison.Ordinal);
        Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(116)]
    public void Faults_that_may_pass_are_not(int error) => Assert.Null(FileFaults.Refusal(Posix.Fault("write", "/store/object", error), "/store/object"));

    [Fact]
    public async Task A_process_that_may_not_write_large_files_says_so_and_leaves_nothing()
    {
        using var process = OtherProcess.Start("ulimit -f 2048; exec \"$@\"", OtherProcess.Put, folder.File("store"), "folder/object", "4");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 2, $"exit code {process.ExitCode}: {await output} {await errors}");
        Assert.Contains($"cannot use {folder.File("store", "folder", "object")}: the file is larger than", await output, StringComparison.Ordinal);
        Assert.Contains("ulimit -f", await output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("store")));
    }

    [Fact]
    public async Task A_process_killed_while_it_writes_leaves_no_object()
    {
        using (var process = OtherProcess.Start(shell: null, OtherProcess.PutForEver, folder.File("store"), "folder/object"))
        {
            Assert.Equal("writing", await process.StandardOutput.ReadLineAsync());
            process.Kill();
            await process.WaitForExitAsync();
        }

        var left = Assert.Single(Directory.GetFiles(folder.File("store", "folder")));
        Assert.StartsWith(FileTree.TemporaryPrefix, Path.GetFileName(left), StringComparison.Ordinal);
        Assert.Empty(await Store.KeysAsync(""));
        Assert.Null(await Store.HeadAsync("folder/object", CancellationToken.None));
        await Store.PutTextAsync("folder/object", "x", PutCondition.IfNoneMatch);
        Assert.Equal(["folder/object"], await Store.KeysAsync(""));
    }

    [Theory]
    [InlineData(23, true)]
    [InlineData(25, false)]
    public async Task Unfinished_files_go_with_their_folder_after_a_day(int hours, bool stays)
    {
        await Store.PutTextAsync("a/b/object", "x");
        await File.WriteAllTextAsync(folder.File("store", "a", "b", ".tmp-unfinished"), "x");
        var later = new FileObjectStore(folder.File("store"), new FixedTime(DateTimeOffset.UtcNow.AddHours(hours)));

        await later.DeleteAsync("a/b/object", CancellationToken.None);

        Assert.Equal(stays, Directory.Exists(folder.File("store", "a", "b")));
        Assert.Equal(stays, Directory.Exists(folder.File("store", "a")));
        Assert.True(Directory.Exists(folder.File("store")));
    }

    [Theory]
    [InlineData(".tmp-x")]
    [InlineData("a/.tmp-lock")]
    [InlineData(".tmp-x/a")]
    public async Task Names_of_temporary_files_are_no_keys(string key) => await Assert.ThrowsAsync<ArgumentException>(() => Store.PutTextAsync(key, "x"));

    [Fact]
    public async Task A_counter_that_many_processes_swap_loses_no_count()
    {
        await Store.PutTextAsync("folder/counter", "0");
        var processes = Enumerable.Range(0, 4)
            .Select(_ => OtherProcess.Start(shell: null, OtherProcess.CountUp, folder.File("store"), "folder/counter", "25"))
            .ToList();
        foreach (var process in processes)
        {
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync());
            process.Dispose();
        }

        Assert.Equal("100", await Store.ReadTextAsync("folder/counter"));
    }

    [Fact]
    public async Task A_write_that_waits_for_a_swap_can_be_cancelled()
    {
        var first = await Store.PutTextAsync("folder/object", "first");
        using var held = await FolderLock.AcquireAsync(folder.File("store", "folder"), TimeProvider.System, CancellationToken.None);
        using var cancelled = new CancellationTokenSource();
        var waiting = Store.PutAsync("folder/object", Encoding.UTF8.GetBytes("second"), PutCondition.IfMatch(first.ETag!), cancelled.Token);
        Assert.False(waiting.IsCompletedSuccessfully);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal("first", await Store.ReadTextAsync("folder/object"));
    }

    [Fact]
    public async Task Files_whose_names_are_no_keys_are_left_out()
    {
        await Store.PutTextAsync("good", "x");
        await File.WriteAllTextAsync(folder.File("store", "bad\\name"), "x");
        await File.WriteAllTextAsync(folder.File("store", "bad\nname"), "x");
        Directory.CreateDirectory(folder.File("store", "bad\u001b"));
        await File.WriteAllTextAsync(folder.File("store", "bad\u001b", "x"), "x");
        Assert.Equal(["good"], await Store.KeysAsync(""));
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            File.WriteAllText(Path.Combine(folder, "probe"), "");
            File.Delete(Path.Combine(folder, "probe"));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
