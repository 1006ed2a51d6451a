using System.Text;
using System.Text.Json.Nodes;
using TextOps.Learning.Models;
using TextOps.Runner.Serve.Pages;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>What <c>/info</c> says, and what it does not say.</summary>
public sealed class InfoDocumentTests
{
    [Fact]
    public void It_holds_the_whole_card_but_no_secret_of_its_addresses()
    {
        var text = Encoding.UTF8.GetString(InfoDocument.Of(ServedModels.Classifier(), keepsPredictions: true).ToJson());

        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("c0ffee", text, StringComparison.Ordinal);
        Assert.DoesNotContain("token@", text, StringComparison.Ordinal);
        var lineage = JsonNode.Parse(text)!["card"]!["lineage"]!;
        Assert.Equal("s3://bucket/reviews/*.jsonl", (string?)lineage["dataset"]!["source"]!["uri"]);
        Assert.Equal(new string('b', 64), (string?)lineage["inputs"]!["https://example.invalid/reviews.jsonl"]);
    }

    [Fact]
    public void A_classifier_says_its_fields_labels_and_limits()
    {
        var info = JsonNode.Parse(InfoDocument.Of(ServedModels.Classifier(), keepsPredictions: true).ToJson())!;

        Assert.Equal("TextClassification", (string?)info["kind"]);
        Assert.Equal("reviewText", (string?)info["contract"]!["textField"]);
        Assert.Equal(["helpfulVotes", "price"], info["contract"]!["fields"]!.AsArray().Select(field => (string?)field!["name"]));
        Assert.Equal(["text_len", "word_count"], info["contract"]!["derived"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(["negative", "neutral", "positive"], info["contract"]!["labels"]!.AsArray().Select(label => (string?)label));
        Assert.Equal(256, (int?)info["limits"]!["maxInputs"]);
        Assert.Equal(512, (int?)info["limits"]!["maxBatchTokens"]);
        Assert.Equal(0.8123, (double?)info["card"]!["evaluation"]!["metrics"]!["f1_macro"]);
        Assert.Null(info["contract"]!["dimensions"]);
    }

    [Fact]
    public void Only_a_classifier_with_a_log_of_predictions_takes_feedback()
    {
        Assert.True(InfoDocument.Of(ServedModels.Classifier(), keepsPredictions: true).TakesFeedback);
        Assert.False(InfoDocument.Of(ServedModels.Classifier(), keepsPredictions: false).TakesFeedback);
        Assert.False(InfoDocument.Of(ServedModels.Embedder(), keepsPredictions: true).TakesFeedback);
    }

    [Fact]
    public void A_model_without_a_card_says_what_it_is()
    {
        var info = InfoDocument.Of(ServedModels.Embedder(), keepsPredictions: true);

        Assert.Null(info.Card);
        Assert.Equal(TextModelKind.SentenceSimilarity, info.Kind);
        Assert.Equal((384, 256), (info.Contract.Dimensions, info.Contract.MaxTokens));
        Assert.Equal("text", info.Contract.TextField);
        Assert.True(info.Examples.Count >= 2);
    }

    [Fact]
    public void Examples_are_no_more_and_no_longer_than_the_server_takes()
    {
        var served = ServedModels.Ranker();
        var info = InfoDocument.Of(served with { Limits = served.Limits with { MaxTextLength = 12 } }, keepsPredictions: true);

        Assert.Equal(2, info.Examples.Count);
        Assert.All(info.Examples, text => Assert.Equal(12, text.Length));
    }

    [Theory]
    [InlineData("s3://key:secret@bucket/a/b?versionId=1", "s3://bucket/a/b", "user info and query")]
    [InlineData("https://a@b@host:8443/x#part", "https://host:8443/x", "user info with an @, and a fragment")]
    [InlineData("https://host?sig=1", "https://host", "a query without a path")]
    [InlineData("file:///data/a@b/c", "file:///data/a@b/c", "an @ in a path")]
    [InlineData("file://./data/reviews.jsonl", "file://./data/reviews.jsonl", "nothing to take out")]
    [InlineData("s3://user@", "s3://", "nothing else")]
    [InlineData("What is 1://2?", "What is 1://2?", "a text that is no address")]
    [InlineData("a@b.example", "a@b.example", "another text")]
    public void Addresses_lose_what_may_be_secret(string given, string clean, string what) =>
        Assert.True(PublicUris.Clean(given) == clean, $"{what}: {PublicUris.Clean(given)}");
}
