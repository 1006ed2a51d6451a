using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.EmbeddingJobs;
using TextOps.Crds.Meta;
using TextOps.Tests;

namespace TextOps.Local.Tests.EndToEnd;

/// <summary>What <c>get</c> and <c>search</c> say of a store in which the sample corpus was embedded.</summary>
public sealed class GetAndSearchTests(GetAndSearchTests.SampleStore sample) : IClassFixture<GetAndSearchTests.SampleStore>
{
    [Theory]
    [InlineData("embeddingjobs")]
    [InlineData("embeddingjob")]
    [InlineData("EmbeddingJob")]
    [InlineData("ej")]
    [InlineData("textops")]
    [InlineData("embeddingjobs.textops.dev")]
    public void A_kind_may_be_named_as_kubectl_allows(string kind) =>
        Assert.Matches(@"^NAME +STATUS +PROGRESS +CHUNKS +VERSION +AGE\nsupport-tickets +Committed +100% +\d{4} +v000001 +\w+\n$", Get(kind).Exits(0).Output);

    [Fact]
    public void Wide_shows_what_was_rejected_and_where_the_version_lies()
    {
        var lines = Get("ej", "support-tickets", "-o", "wide").Exits(0).Output.Split('\n');

        Assert.Equal(["NAME", "STATUS", "PROGRESS", "CHUNKS", "VERSION", "REJECTED", "RATE", "OUTPUT", "AGE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($" 48 ", lines[1], StringComparison.Ordinal);
        Assert.Contains($" file://{sample.Place.Store}/embeddings/default.support-tickets/v000001 ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void All_namespaces_are_shown_with_their_names()
    {
        var lines = Get("ej", "-A").Exits(0).Output.Split('\n');

        Assert.StartsWith("NAMESPACE ", lines[0], StringComparison.Ordinal);
        Assert.Equal(["default support-tickets Committed", "team later Suspended"], lines[1..3].Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3])));
        Assert.Equal("embeddingjob.textops.dev/later\n", Get("ej", "-n", "team", "-o", "name").Exits(0).Output);
    }

    [Fact]
    public void YAML_and_JSON_show_the_whole_object_or_a_list()
    {
        var json = JsonNode.Parse(Get("ej", "support-tickets", "-o", "json").Exits(0).Output)!;
        Assert.Equal(("EmbeddingJob", ApiGroup.GroupVersion, "v000001"), ((string)json["kind"]!, (string)json["apiVersion"]!, (string)json["status"]!["version"]!));

        var yaml = Get("ej", "support-tickets", "-o", "yaml").Exits(0).Output;
        Assert.Contains("\n  name: support-tickets\n", yaml, StringComparison.Ordinal);
        Assert.Contains("\n  version: v000001\n", yaml, StringComparison.Ordinal);

        var list = JsonNode.Parse(Get("ej", "-A", "-o", "json").Exits(0).Output)!;
        Assert.Equal(("List", 2), ((string)list["kind"]!, list["items"]!.AsArray().Count));
    }

    [Fact]
    public void What_is_not_there_is_named_with_an_exit_code()
    {
        Assert.Equal("Error from server (NotFound): embeddingjobs.textops.dev \"absent\" not found\n", Get("ej", "absent").Exits(1).Error);
        Assert.Equal("No resources found in empty namespace.\n", Get("ej", "-n", "empty").Exits(0).Error);
        Assert.Equal("textops: there is no kind \"embedingjobs\"; did you mean embeddingjobs?\n", Get("embedingjobs").Exits(2).Error);
        Assert.StartsWith("textops: --store nowhere does not exist; ", sample.Place.TextOps("get", "ej", "--store", "nowhere").Exits(2).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cannot reset my password, the mail never arrives", "login", "T-10704", "T-10502", "T-11158")]
    [InlineData("the app crashes when I upload photos", "mobile", "T-10379", "T-11094")]
    [InlineData("card was billed two times, please refund the duplicate payment", "billing", "T-11429", "T-10134")]
    public void A_question_finds_the_tickets_that_a_person_would_pick(string question, string label, params string[] expected)
    {
        var hits = Hits(question, 5);

        Assert.Subset(hits.Select(hit => (string)hit["chunk"]!["document"]!).ToHashSet(), expected.ToHashSet());
        Assert.All(hits.Take(3), hit => Assert.Equal(label, (string)hit["chunk"]!["metadata"]!["label"]!));
    }

    [Fact]
    public void The_text_of_a_ticket_finds_that_ticket_first()
    {
        var best = Hits("I would like to cancel my subscription at the end of the month", 50);
        Assert.Equal(50, best.Count);
        Assert.Equal(best.Select(Score).OrderDescending(), best.Select(Score));

        var again = Hits((string)best[30]["chunk"]!["text"]!, 1);
        Assert.Equal((string)best[30]["chunk"]!["document"]!, (string)again[0]["chunk"]!["document"]!);
        Assert.InRange(Score(again[0]), 0.9999, 1.0001);
    }

    [Fact]
    public void A_table_for_people_has_rank_score_id_metadata_and_text()
    {
        var lines = Search("support-tickets", "the app crashes when I upload photos", "-k", "2").Exits(0).Output.Split('\n');

        Assert.Matches(@"^  1\. 0\.\d{3}  T-\d{5}  label=mobile$", lines[0]);
        Assert.Matches(@"^     \w.{40,160}…$", lines[1]);
        Assert.StartsWith("  2. ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_may_be_named_instead_of_an_object() =>
        Assert.Matches("^  1\\. ", Search("default.support-tickets", "refund", "-k", "1").Exits(0).Output);

    [Theory]
    [InlineData("absent", "refund", "5", "has no EmbeddingJob default/absent and no output named absent with a committed version")]
    [InlineData("support-tickets", "ꙮꙮꙮ", "5", "the model knows no word of the query; try other words")]
    [InlineData("support-tickets", "", "5", "the model knows no word of the query; try other words")]
    [InlineData("support-tickets", "refund", "0", "--top '0' is not a whole number from 1 to 1000")]
    [InlineData("support-tickets", "refund", "1001", "--top '1001' is not a whole number from 1 to 1000")]
    public void A_search_that_cannot_be_done_says_why(string name, string query, string top, string message) =>
        Assert.Contains(message, Search(name, query, "-k", top).Exits(2).Error, StringComparison.Ordinal);

    [Fact]
    public void A_version_that_is_not_there_and_an_object_without_one_are_named()
    {
        Assert.Contains("v000007", Search("support-tickets", "refund", "--version-number", "7").Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("EmbeddingJob team/later has no committed version yet", Search("later", "refund", "-n", "team").Exits(2).Error, StringComparison.Ordinal);
    }

    private static double Score(JsonNode hit) => (double)hit["score"]!;

    private TextOpsResult Get(params string[] arguments) => sample.Place.TextOps(["get", .. arguments, "--store", "store"]);

    // The sample's URIs are relative, and hold from the folder it was run in.
    private TextOpsResult Search(string name, string query, params string[] more) =>
        TextOpsProcess.Run(Repository.Root, ["search", "--store", sample.Place.Store, name, query, .. more]);

    private List<JsonNode> Hits(string query, int count) =>
        [.. JsonNode.Parse(Search("support-tickets", query, "-k", $"{count}", "-o", "json").Exits(0).Output)!.AsArray().Select(hit => hit!)];

    /// <summary>A store with the repository's own sample, and an object of another namespace that has not run.</summary>
    public sealed class SampleStore : IDisposable
    {
        public SampleStore()
        {
            var sample = TextOpsProcess.Run(Repository.Root, "run", "-f", Repository.File("config", "samples", "embeddingjob.yaml"), "--store", Place.Store);
            sample.Exits(0);
            var later = Workplace.Job("later");
            Place.Run(later with { Metadata = new V1ObjectMeta { Name = "later", Namespace = "team" }, Spec = later.Spec with { Suspend = true } }).Exits(0);
        }

        internal Workplace Place { get; } = new();

        public void Dispose() => Place.Dispose();
    }
}
