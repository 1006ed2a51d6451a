using TextOps.Runner.Serve;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>The pages as somebody uses them, in a real browser.</summary>
public sealed class PagesInBrowserTests
{
    [Fact]
    public async Task A_text_is_typed_and_its_label_is_seen_and_corrected()
    {
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Classifier());

        await browser.Type("#text", "Great book, highly recommend!");
        await browser.Type("#number-0", "3");
        await browser.Click("#send");
        await browser.Until("document.querySelector('#label')");

        Assert.Equal("positive", await browser.Value("document.querySelector('#label').textContent"));
        Assert.Equal("positive|negative|neutral", await browser.Value("[...document.querySelectorAll('.bars .label')].map(label => label.textContent).join('|')"));
        Assert.True(host.Asked.TryDequeue(out var asked));
        Assert.Equal(("/predict", """{"reviewText":"Great book, highly recommend!","helpfulVotes":3}"""), (asked.Path, asked.Body.ToJsonString()));

        await browser.Click("#wrong");
        await browser.Value("document.querySelector('#right-label').value = 'neutral'");
        await browser.Click("#send-label");
        await browser.Until("document.querySelector('.feedback [role=status]')");

        Assert.True(host.Asked.TryDequeue(out var feedback));
        Assert.Equal(("/feedback", "neutral"), (feedback.Path, (string?)feedback.Body["label"]));
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task Without_a_log_of_predictions_nobody_is_asked_for_feedback()
    {
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Classifier(), keepsPredictions: false);

        await browser.Type("#text", "Great book, highly recommend!");
        await browser.Click("#send");
        await browser.Until("document.querySelector('#label')");

        Assert.Equal("true", await browser.Value("document.querySelector('.feedback') === null"));
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task The_card_is_shown_with_its_confusion_matrix()
    {
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Classifier([.. Enumerable.Range(0, 77).Select(label => $"label {label}")]));

        await browser.Click("#tab-model");

        Assert.Equal("true", await browser.Value("document.querySelector('#panel-try').hidden && !document.querySelector('#panel-model').hidden"));
        Assert.Equal($"{77 * 77}", await browser.Value("document.querySelectorAll('.matrix td').length"));
        Assert.Equal("8", await browser.Value("document.querySelector('.matrix td.hit b').textContent"));
        Assert.Equal("0.8123", await browser.Value("document.querySelector('.headline b').textContent"));
        Assert.Contains("model.onnx", await browser.Value("document.querySelector('#panel-model').textContent"), StringComparison.Ordinal);
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task Markup_in_a_card_or_an_answer_stays_text()
    {
        const string Evil = "<img src=x onerror=\"document.body.dataset.owned='yes'\">";
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Classifier(Evil, "harmless") with { Name = Evil });

        await browser.Type("#text", "ab");
        await browser.Click("#send");
        await browser.Until("document.querySelector('#label')");

        Assert.Equal(Evil, await browser.Value("document.querySelector('#label').textContent"));
        Assert.Equal(Evil, await browser.Value("document.querySelector('h1').textContent"));
        Assert.Equal("0", await browser.Value("document.querySelectorAll('img').length"));
        Assert.Equal("", await browser.Value("document.body.dataset.owned ?? ''"));
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task A_refusal_is_shown_as_the_server_gave_it()
    {
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Classifier());

        await browser.Type("#text", new string('x', 201));
        await browser.Click("#send");
        await browser.Until("document.querySelector('#answer .problem')");

        var shown = await browser.Value("document.querySelector('#answer .problem').innerText");
        Assert.Contains("422 Unprocessable Content", shown, StringComparison.Ordinal);
        Assert.Contains("reviewText is longer than <b>200</b> characters; shorten it", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_with_a_token_shows_nothing_until_it_is_given()
    {
        await using var browser = await Browser.Start();
        await using var host = await PagesHost.Start(ServedModels.Classifier() with { NeedsToken = true });
        await browser.Open(host.Url);
        await browser.Until("!document.querySelector('#access').hidden");
        Assert.DoesNotContain("book-reviews", await browser.Value("document.body.innerText"), StringComparison.Ordinal);

        await browser.Type("#token", PagesHost.Token);
        await browser.Click("#access button");
        await browser.Until("document.body.dataset.ready");
        await browser.Type("#text", "Great book, highly recommend!");
        await browser.Click("#send");
        await browser.Until("document.querySelector('#label')");

        Assert.Equal("book-reviews", await browser.Value("document.querySelector('h1').textContent"));
        Assert.DoesNotContain(PagesHost.Token, await browser.Value("document.documentElement.innerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_texts_are_compared_by_an_embedding_model()
    {
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Embedder());

        await browser.Value("document.querySelector('#text-other').value = document.querySelector('#text-one').value");
        await browser.Click("#send");
        await browser.Until("document.querySelector('#cosine')");

        Assert.Equal("1.0000", await browser.Value("document.querySelector('#cosine').textContent"));
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task Texts_are_ranked_by_a_cross_encoder()
    {
        await using var browser = await Browser.Start();
        await using var host = await Open(browser, ServedModels.Ranker());

        await browser.Click("#add");
        await browser.Type("#passage-3", new string('z', 150));
        await browser.Click("#send");
        await browser.Until("document.querySelector('#ranking')");

        Assert.Equal(new string('z', 150), await browser.Value("document.querySelector('#ranking .label').textContent"));
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task Swagger_UI_shows_the_document_and_sends_its_examples()
    {
        await using var browser = await Browser.Start();
        await using var host = await PagesHost.Start(ServedModels.Classifier(), "/models/reviews");
        await browser.Open(new Uri(host.Url, "docs"));
        await browser.Until("document.querySelector('#operations-Model-predict button')");
        await browser.Click("#operations-Model-predict button");
        await browser.Until("document.querySelector('#operations-Model-predict textarea')?.value.includes('Great')");
        await browser.Click("#operations-Model-predict .execute");
        await browser.Until("document.querySelector('#operations-Model-predict .live-responses-table .response-col_status')");

        Assert.StartsWith("200", await browser.Value("document.querySelector('.live-responses-table tbody .response-col_status').innerText"), StringComparison.Ordinal);
        Assert.True(host.Asked.TryDequeue(out var asked));
        Assert.Equal(("/predict", """{"reviewText":"Great book, highly recommend!"}"""), (asked.Path, asked.Body.ToJsonString()));
        AssertQuiet(browser, host);
    }

    [Fact]
    public async Task Nothing_is_wider_than_a_phone()
    {
        await using var browser = await Browser.Start();
        await browser.Send("Emulation.setDeviceMetricsOverride", new() { ["width"] = 390, ["height"] = 844, ["deviceScaleFactor"] = 1, ["mobile"] = false });
        foreach (var served in new[] { ServedModels.Classifier(), ServedModels.Embedder(), ServedModels.Ranker() })
        {
            await using var host = await Open(browser, served);
            await browser.Click("#send");
            foreach (var tab in new[] { "#tab-try", "#tab-model" })
            {
                await browser.Click(tab);
                Assert.Equal("true", await browser.Value("document.documentElement.scrollWidth <= innerWidth"));
            }
        }
    }

    private static async Task<PagesHost> Open(Browser browser, ServedModel served, bool keepsPredictions = true)
    {
        var host = await PagesHost.Start(served, "/models/reviews", keepsPredictions);
        await browser.Open(host.Url);
        await browser.Until("document.body.dataset.ready");
        return host;
    }

    /// <summary>The page broke no policy, threw nothing, and asked no other host.</summary>
    private static void AssertQuiet(Browser browser, PagesHost host)
    {
        Assert.Empty(browser.Log);
        Assert.All(browser.Requested, address => Assert.True(address.StartsWith(host.Url.AbsoluteUri, StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.Ordinal), address));
    }
}
