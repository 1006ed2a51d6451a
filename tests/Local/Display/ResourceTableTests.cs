using System.Text.Json.Nodes;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Generator;
using TextOps.Local.Display;

namespace TextOps.Local.Tests.Display;

public sealed class ResourceTableTests
{
    private static readonly JsonObject Done = JsonNode.Parse("""
        {"metadata":{"name":"tickets","namespace":"team","creationTimestamp":"2026-01-01T00:00:00Z"},
         "status":{"progress":"100%","chunks":1712,"version":"v000001","rejected":12,"rate":"99 chunks/s","output":"file:///s/v000001",
         "conditions":[{"type":"Stalled","reason":"NotStalled"},{"type":"Ready","reason":"Committed"}]}}
        """)!.AsObject();

    [Fact]
    public void Columns_are_those_of_the_definition_in_kubectl_s_layout() => Assert.Equal(
        "NAME      STATUS      PROGRESS   CHUNKS   VERSION   AGE\n" +
        "tickets   Committed   100%       1712     v000001   3h\n",
        Table("2026-01-01T03:00:30Z").Render([Done], wide: false, withNamespace: false));

    [Fact]
    public void Wide_adds_the_columns_of_lower_priority_and_the_namespace_comes_first() => Assert.Equal(
        "NAMESPACE   NAME      STATUS      PROGRESS   CHUNKS   VERSION   REJECTED   RATE          OUTPUT              AGE\n" +
        "team        tickets   Committed   100%       1712     v000001   12         99 chunks/s   file:///s/v000001   5s\n",
        Table("2026-01-01T00:00:05Z").Render([Done], wide: true, withNamespace: true));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(150, "2m30s")]
    [InlineData(180, "3m")]
    [InlineData(700, "11m")]
    [InlineData(4 * 3600, "4h")]
    [InlineData(30 * 3600, "30h")]
    [InlineData(3 * 86400, "3d")]
    [InlineData(400 * 86400, "400d")]
    [InlineData(800 * 86400, "2y")]
    public void Ages_are_short(int seconds, string shown) => Assert.Equal(shown, ResourceTable.Age(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two\nlines\tand", "two lines and")]
    [InlineData("\u001b[31mred", "\\u001b[31mred")]
    [InlineData("a\u202Eb", "a\\u202eb")]
    [InlineData("👩‍💻 ok", "👩‍💻 ok")]
    public void Text_of_others_cannot_steer_the_terminal(string text, string shown) => Assert.Equal(shown, Printable.OneLine(text));

    private static ResourceTable Table(string now) => new(CustomResourceDefinitions.Of<EmbeddingJob>(), new FixedTime(DateTimeOffset.Parse(now)));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
