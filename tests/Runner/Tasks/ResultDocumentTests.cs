using System.Text;
using System.Text.Json;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Runner.Tasks;

namespace TextOps.Runner.Tests.Tasks;

public sealed class ResultDocumentTests
{
    [Theory]
    [InlineData("plain letters", "x")]
    [InlineData("characters that JSON spells with six", "\u0001")]
    [InlineData("two bytes a character", "ä")]
    [InlineData("surrogate pairs, which must not be torn", "😀")]
    [InlineData("an odd mixture", "a😀\n")]
    public void A_long_message_is_cut_so_that_the_result_fits(string narrative, string unit)
    {
        var message = string.Concat(Enumerable.Repeat(unit, 5000));
        var bytes = ResultDocument.Serialize(ResultDocument.Failed(TaskErrorReasons.InputRejected, message));
        Assert.InRange(bytes.Length, TaskResult.MaxBytes - 40, TaskResult.MaxBytes);
        var error = JsonSerializer.Deserialize<TaskResult>(bytes, Json.Strict)!.Error!;
        Assert.Equal(TaskErrorReasons.InputRejected, error.Reason);
        Assert.EndsWith("…", error.Message, StringComparison.Ordinal);
        Assert.StartsWith(error.Message[..^1], message, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', error.Message);
        Assert.NotEmpty(narrative);
    }

    [Fact]
    public void A_short_result_is_written_whole()
    {
        var bytes = ResultDocument.Serialize(new TaskResult { Embed = new EmbedResult { Shard = 3, Parts = 1, Rows = 5, Rejected = 2, Chunks = 4 } });
        Assert.Equal(
            """{"apiVersion":"textops.dev/v1alpha1","embed":{"shard":3,"parts":1,"rows":5,"rejected":2,"chunks":4}}""",
            Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void A_result_that_cannot_fit_becomes_an_error_that_says_so()
    {
        var result = new TaskResult { Commit = new CommitResult { Version = 1, Output = new string('é', 4000), Rows = 1, Embedded = 1, Rejected = 0, Chunks = 1 } };
        var error = JsonSerializer.Deserialize<TaskResult>(ResultDocument.Serialize(result), Json.Strict)!.Error!;
        Assert.Equal(TaskErrorReasons.InvalidSpec, error.Reason);
        Assert.Contains("output.uri", error.Message, StringComparison.Ordinal);
    }
}
