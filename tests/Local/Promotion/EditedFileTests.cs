using System.Text;
using TextOps.Local.Promotion;
using TextOps.Tests;

namespace TextOps.Local.Tests.Promotion;

public sealed class EditedFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("overlay.yaml");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_mode_and_a_byte_order_mark_stay_and_nothing_else_is_left()
    {
        File.WriteAllBytes(Path, [0xEF, 0xBB, 0xBF, .. "a: 1"u8]);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        var file = EditedFile.Read(Path);
        Assert.Equal("a: 1", file.Text);
        file.Replace("a: ä");
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "a: ä"u8], File.ReadAllBytes(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite, File.GetUnixFileMode(Path));
        Assert.Equal([Path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        File.WriteAllText(folder.File("real.yaml"), "a");
        File.CreateSymbolicLink(Path, "real.yaml");
        EditedFile.Read(Path).Replace("b");
        Assert.Equal("real.yaml", new FileInfo(Path).LinkTarget);
        Assert.Equal("b", File.ReadAllText(folder.File("real.yaml")));
    }

    [Fact]
    public void A_file_that_was_changed_meanwhile_is_left_alone()
    {
        File.WriteAllText(Path, "a");
        var file = EditedFile.Read(Path);
        File.WriteAllText(Path, "somebody's");
        Assert.Equal("was changed meanwhile by somebody else; run the command again", Assert.Throws<PromotionException>(() => file.Replace("b")).Message);
        Assert.Equal("somebody's", File.ReadAllText(Path));
    }

    [Fact]
    public void A_read_only_file_is_left_alone_though_its_folder_could_be_written()
    {
        File.WriteAllText(Path, "a");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Equal("is read-only; make it writable (chmod u+w), or name the file of another checkout", Assert.Throws<PromotionException>(() => EditedFile.Read(Path).Replace("b")).Message);
        Assert.Equal("a", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void What_is_no_readable_text_is_refused()
    {
        Assert.StartsWith("cannot be read: Could not find file", Assert.Throws<PromotionException>(() => EditedFile.Read(Path)).Message, StringComparison.Ordinal);
        Assert.Equal("is a folder; name the file in it that holds the ModelDeployment", Assert.Throws<PromotionException>(() => EditedFile.Read(folder.Path)).Message);
        File.WriteAllBytes(Path, [.. "a: "u8, 0xFF]);
        Assert.Equal("is not valid UTF-8 at byte 3; save it as UTF-8", Assert.Throws<PromotionException>(() => EditedFile.Read(Path)).Message);
        File.WriteAllText(Path, new string('#', (1 << 20) + 1), Encoding.UTF8);
        Assert.Contains("at most 1048576 are read", Assert.Throws<PromotionException>(() => EditedFile.Read(Path)).Message, StringComparison.Ordinal);
    }
}
