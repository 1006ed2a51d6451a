using System.Text.Json.Nodes;
using TextOps.Artifacts.Registry;
using TextOps.Artifacts.Stores;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Local.Tests.Commands.Models;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly Registry registry = new();

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task List_has_a_line_for_each_model()
    {
        var first = await registry.RegisterAsync("run-1");
        var second = await registry.RegisterAsync("run-2", card => card with { Evaluation = Registry.Evaluation(0.9) });
        await registry.RegisterAsync("run-3", name: "topics");
        await registry.SetAliasAsync(first, "champion");
        await registry.SetAliasAsync(second, "staging");
        var lines = registry.TextOps("models", "list").Exits(0).Output.TrimEnd('\n').Split('\n');
        Assert.Equal(
            [
                "NAME                   VERSIONS   LATEST    ALIASES                             METRIC",
                "default.book-reviews   2          v000002   champion=v000001, staging=v000002   f1_macro=0.9000",
                "topics                 1          v000001                                       f1_macro=0.8731",
            ],
            lines.Select(line => line[..line.LastIndexOf(' ')].TrimEnd()));
        Assert.All(lines[1..], line => Assert.StartsWith("5m", line[(line.LastIndexOf(' ') + 1)..], StringComparison.Ordinal));

        var json = JsonNode.Parse(registry.TextOps("models", "list", "-o", "json").Exits(0).Output)!.AsArray();
        Assert.Equal((Registry.Name, "v000002", second.Digest, "v000001"), ((string)json[0]!["name"]!, (string)json[0]!["latest"]!, (string)json[0]!["digest"]!, (string)json[0]!["aliases"]!["champion"]!));
        Assert.Equal((0.9, "f1_macro"), ((double)json[0]!["value"]!, (string)json[0]!["metric"]!));
    }

    [Fact]
    public async Task A_damaged_model_does_not_hide_the_others_and_an_empty_store_is_said_to_be_empty()
    {
        Directory.CreateDirectory(registry.Place.Store);
        Assert.Equal($"No models found in file://{registry.Place.Store}.\n", registry.TextOps("models", "list").Exits(0).Error);
        Assert.StartsWith("textops: --store nowhere does not exist; ", registry.Place.TextOps("models", "list", "--store", "nowhere").Exits(2).Error, StringComparison.Ordinal);
        Assert.Contains("s3:// is not supported", registry.Place.TextOps("models", "list", "--store", "s3://bucket").Exits(2).Error, StringComparison.Ordinal);

        await registry.RegisterAsync("run-1", name: "broken");
        await registry.RegisterAsync("run-1", name: "whole");
        await File.WriteAllTextAsync(registry.Place.File("store", "models", "broken", "v000001", "model.json"), "{");
        var result = registry.Place.TextOps("models", "list", "--store", $"file://{registry.Place.Store}").Exits(0);
        Assert.Contains("\nwhole  ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("broken", result.Output, StringComparison.Ordinal);
        Assert.Contains("textops: skipped broken: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("models/broken/v000001/model.json is damaged: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_says_what_a_person_asks_of_a_model()
    {
        var version = await registry.RegisterAsync("run-1");
        await registry.SetAliasAsync(version, "champion");
        var text = registry.TextOps("models", "show", "book-reviews@champion").Exits(0).Output;
        Assert.StartsWith($"default.book-reviews v000001  f1_macro=0.8731  (champion)\n  digest       {version.Digest}\n", text, StringComparison.Ordinal);
        foreach (var line in new[]
        {
            "  made by      default/book-reviews, run run-1",
            "  takes        reviewText (text)",
            "  gives        2 labels: negative, positive",
            "Metrics of the test split (10 rows)\n  f1_macro         0.8731   [0.8531, 0.8831]   objective\n  latency_ms_p95   1.25\n  log_loss         0.1269\n  model_bytes      12,345\n",
            "Classes\n  label      precision   recall   f1       rows\n  negative               0.7500   0.8731   5\n  positive                        0.5000   5\n",
            "Parameters of linear\n  logisticRegression.c             2.5\n",
            "  words.tfidf.ngramMax       2\n",
            "Gates\n  good   f1_macro   0.8731   at least 0.8   passed\n",
            "  dataset   file:///data/reviews.jsonl\n",
            "  rows      train 80, validation 12, test 10\n",
            "  labels    positive 50, negative 30\n",
            "  trials    4, 1 of them failed\n",
            "  model.onnx                      19 B   ",
        })
        {
            Assert.Contains(line, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Show_gives_the_card_as_it_is_too()
    {
        await registry.RegisterAsync("run-1");
        var stored = await File.ReadAllTextAsync(registry.Place.File("store", "models", Registry.Name, "v000001", "model.json"));
        Assert.Equal(stored, registry.TextOps("models", "show", Registry.Name, "-o", "json").Exits(0).Output);
        Assert.Contains("\nrunId: run-1\n", registry.TextOps("models", "show", "book-reviews@1", "-o", "yaml").Exits(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("book-reviews@9", "v000009 is not a committed version; choose one of these: v000001")]
    [InlineData("book-reviews@best", "models/default.book-reviews has no alias 'best'")]
    [InlineData("absent", "models/absent has no committed version; run the TrainingRun that makes it, or use one of these names: default.book-reviews")]
    [InlineData("../../etc", "'../../etc' is no name of a model")]
    [InlineData("book-reviews@", "'book-reviews@' is not NAME, NAME@VERSION or NAME@ALIAS")]
    public async Task What_is_not_there_is_said_with_what_is(string reference, string message)
    {
        await registry.RegisterAsync("run-1");
        Assert.Contains(message, registry.TextOps("models", "show", reference).Exits(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_name_means_the_object_of_the_namespace_where_no_model_has_that_name()
    {
        await registry.RegisterAsync("run-1", name: "team.topics");
        Assert.StartsWith("team.topics v000001", registry.TextOps("models", "show", "topics", "-n", "team").Exits(0).Output, StringComparison.Ordinal);
        registry.TextOps("models", "show", "topics").Exits(2);
        await registry.RegisterAsync("run-2", name: "topics");
        Assert.StartsWith("topics v000001", registry.TextOps("models", "show", "topics", "-n", "team").Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_shows_what_differs_and_which_way()
    {
        await registry.RegisterAsync("run-1");
        await registry.RegisterAsync("run-2", card => card with
        {
            Candidate = new Candidate { Name = "linear", LogisticRegression = new LogisticRegression { C = "0.5" } },
            Features = [.. card.Features, new FeatureBlock { Name = "numbers", Numeric = new NumericFeatures { Derived = [DerivedNumber.TextLength] } }],
            Lineage = card.Lineage! with { DataFingerprint = new('e', 64), Labels = new Dictionary<string, long> { ["positive"] = 50, ["negative"] = 40 } },
            Evaluation = Registry.Evaluation(0.9, latency: 2.5),
        });
        var result = registry.TextOps("models", "diff", "book-reviews@1", "book-reviews@2").Exits(1);
        Assert.Equal(
            """
            PARAMETERS             v000001   v000002
            logisticRegression.c   2.5       0.5

            FEATURES                  v000001   v000002
            numbers.numeric.derived   -         text_len
            numbers.numeric.scale     -         standard

            DATA          v000001             v000002
            fingerprint   dddddddddddddddd…   eeeeeeeeeeeeeeee…

            LABELS     v000001       v000002
            negative   #0, 30 rows   #0, 40 rows

            METRICS          v000001   v000002   DIFFERENCE
            f1_macro         0.8731    0.9000    +0.0269      better
            latency_ms_p95   1.25      2.50      +1.25        worse
            log_loss         0.1269    0.1000    -0.0269      better
            f1[negative]     0.8731    0.9000    +0.0269      better

            """,
            result.Output);
    }

    [Fact]
    public async Task Versions_that_differ_in_measured_times_only_are_equal()
    {
        await registry.RegisterAsync("run-1");
        await registry.RegisterAsync("run-2", card => card with { Evaluation = Registry.Evaluation(0.8731, latency: 9) });
        Assert.Contains("latency_ms_p95   1.25      9.00      +7.75        worse", registry.TextOps("models", "diff", "book-reviews@1", "book-reviews").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal("", registry.TextOps("models", "diff", "book-reviews@1", "book-reviews@1").Exits(0).Output);
        registry.TextOps("models", "diff", "book-reviews@1", "book-reviews@3").Exits(2);
    }

    [Fact]
    public async Task Alias_moves_by_compare_and_swap()
    {
        await registry.RegisterAsync("run-1");
        await registry.RegisterAsync("run-2");
        string[] alias = ["models", "alias", "book-reviews", "champion"];
        Assert.Equal("default.book-reviews@champion names v000001\n", registry.TextOps([.. alias, "1", "--expect", "none"]).Exits(0).Output);
        Assert.Equal(
            "textops: default.book-reviews@champion names v000001, and --expect is none; nothing was changed: look at it, and ask again with --expect 1\n",
            registry.TextOps([.. alias, "v2", "--expect", "none"]).Exits(1).Error);
        Assert.Equal("default.book-reviews@champion names v000002, before v000001\n", registry.TextOps([.. alias, "v2", "--expect", "v000001"]).Exits(0).Output);
        Assert.Equal("default.book-reviews@production names v000002\n", registry.TextOps("models", "alias", "book-reviews", "production", "champion").Exits(0).Output);

        registry.TextOps([.. alias, "--delete", "--expect", "1"]).Exits(1);
        Assert.Equal("default.book-reviews@champion is removed\n", registry.TextOps([.. alias, "--delete", "--expect", "2"]).Exits(0).Output);
        Assert.Equal(["production"], (await registry.Models.Aliases.ListAsync(Registry.Name, CancellationToken.None)).Keys);
    }

    [Theory]
    [InlineData("VERSION is missing", "champion")]
    [InlineData("--delete takes no VERSION", "champion", "1", "--delete")]
    [InlineData("--expect some is not a version", "champion", "1", "--expect", "some")]
    [InlineData("alias v3 reads as a version", "v3", "1")]
    [InlineData("'Champion' is no name of an alias", "Champion", "1")]
    [InlineData("v000009 is not a committed version", "champion", "9")]
    public async Task Alias_refuses_what_cannot_be(string message, params string[] arguments)
    {
        await registry.RegisterAsync("run-1");
        Assert.Contains(message, registry.TextOps(["models", "alias", "book-reviews", .. arguments]).Exits(2).Error, StringComparison.Ordinal);
        Assert.Empty(await registry.Models.Aliases.ListAsync(Registry.Name, CancellationToken.None));
    }

    [Fact]
    public async Task What_others_wrote_into_a_card_cannot_drive_the_terminal()
    {
        await registry.RegisterAsync("run-1", card => card with { Signature = card.Signature with { Labels = ["\u001b[31mred", "b"] }, Gates = [new GateStatus { Name = "good", Metric = "f1_macro", Value = "\u001b[2J", Bound = "at least 0", Passed = true }] });
        var text = registry.TextOps("models", "show", "book-reviews").Exits(0).Output;
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("\\u001b[31mred", text, StringComparison.Ordinal);
    }
}
