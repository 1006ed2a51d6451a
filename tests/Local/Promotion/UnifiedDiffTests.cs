using System.Diagnostics;
using TextOps.Local.Promotion;
using TextOps.Tests;

namespace TextOps.Local.Tests.Promotion;

public sealed class UnifiedDiffTests
{
    [Fact]
    public void Shows_what_changed_between_three_lines_of_what_did_not() => Assert.Equal(
        "--- a/f.yaml\n+++ b/f.yaml\n@@ -2,9 +2,10 @@\n 2\n 3\n 4\n-5\n+five\n 6\n-7\n+seven\n+more\n 8\n 9\n 10\n",
        UnifiedDiff.Of("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "1\n2\n3\n4\nfive\n6\nseven\nmore\n8\n9\n10\n11\n", "f.yaml"));

    [Fact]
    public void Equal_texts_do_not_differ() => Assert.Equal("", UnifiedDiff.Of("a\n", "a\n", "f"));

    [Fact]
    public void Git_applies_what_it_shows()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(7);
        for (var round = 0; round < 12; round++)
        {
            string[] lines = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(4).ToString())];
            string[] others = [.. lines.Where(_ => random.Next(5) > 0).SelectMany(line => random.Next(5) == 0 ? new[] { line, "new" } : [line])];
            var (before, after) = (string.Join('\n', lines) + (random.Next(2) == 0 ? "" : "\n"), string.Join('\n', others) + (others.Length == 0 || random.Next(2) == 0 ? "" : "\n"));
            if (before == after)
            {
                continue;
            }

            File.WriteAllText(folder.File("f.txt"), before);
            File.WriteAllText(folder.File("change.diff"), UnifiedDiff.Of(before, after, "f.txt"));
            using var git = Process.Start(new ProcessStartInfo("git", ["apply", "change.diff"]) { WorkingDirectory = folder.Path, UseShellExecute = false, RedirectStandardError = true })!;
            var said = git.StandardError.ReadToEnd();
            git.WaitForExit();
            Assert.True(git.ExitCode == 0, $"{said}\n{UnifiedDiff.Of(before, after, "f.txt")}");
            Assert.Equal(after, File.ReadAllText(folder.File("f.txt")));
        }
    }
}
