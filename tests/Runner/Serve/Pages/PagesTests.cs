using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using TextOps.Runner.Serve.Pages;
using TextOps.Tests;

namespace TextOps.Runner.Tests.Serve.Pages;

/// <summary>The pages as they are served, without a browser.</summary>
public sealed partial class PagesTests
{
    private static readonly string[] Paths = ["", "docs", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js", "docs/page.css", "openapi.json"];

    [Fact]
    public async Task Every_page_forbids_what_it_does_not_need()
    {
        await using var host = await PagesHost.Start(ServedModels.Classifier());
        using var client = new HttpClient { BaseAddress = host.Url };
        foreach (var path in Paths)
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }

        using var page = await client.GetAsync(host.Url, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("unsafe", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the page that tries the model")]
    [InlineData("docs", "the page of Swagger UI")]
    [InlineData("docs/start.js", "what starts it")]
    [InlineData("docs/page.css", "our rules for it")]
    [InlineData("docs/swagger-ui.css", "its own rules")]
    [InlineData("openapi.json", "the document")]
    public async Task Nothing_names_another_host(string path, string what)
    {
        await using var host = await PagesHost.Start(ServedModels.Classifier());
        using var client = new HttpClient();
        var text = await client.GetStringAsync(new Uri(host.Url, path), TestContext.Current.CancellationToken);

        // Name spaces of SVG are names, not addresses.
        var foreign = Address().Matches(text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal)).Select(match => match.Value);
        Assert.True(!foreign.Any(), $"{what} names {string.Join(", ", foreign)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("docs")]
    public async Task Every_address_in_a_page_is_relative_so_that_it_works_behind_a_prefix(string path)
    {
        await using var host = await PagesHost.Start(ServedModels.Classifier(), "/models/reviews");
        using var client = new HttpClient();
        var html = await client.GetStringAsync(new Uri(host.Url, path), TestContext.Current.CancellationToken);

        var addresses = Link().Matches(html).Select(match => match.Groups["value"].Value).Where(address => !address.StartsWith("data:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            Assert.False(address.StartsWith('/'), address);
            using var answer = await client.GetAsync(new Uri(new Uri(host.Url, path), address), TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"{address}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_slash_after_docs_leads_back_to_docs()
    {
        await using var host = await PagesHost.Start(ServedModels.Classifier(), "/models/reviews");
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri(host.Url, "docs/"), TestContext.Current.CancellationToken);

        Assert.Equal(new Uri(host.Url, "docs"), answer.RequestMessage!.RequestUri);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Packed_files_come_unpacked_to_clients_that_do_not_take_gzip()
    {
        await using var host = await PagesHost.Start(ServedModels.Classifier());
        var address = new Uri(host.Url, "docs/swagger-ui-bundle.js");
        using var plain = new HttpClient();
        using var unpacking = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.GZip });

        var text = await plain.GetStringAsync(address, TestContext.Current.CancellationToken);

        Assert.Contains("SwaggerUIBundle", text, StringComparison.Ordinal);
        Assert.Equal(text, await unpacking.GetStringAsync(address, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_unchanged_page_is_not_sent_again()
    {
        await using var host = await PagesHost.Start(ServedModels.Classifier());
        using var client = new HttpClient();
        using var first = await client.GetAsync(host.Url, TestContext.Current.CancellationToken);
        using var again = new HttpRequestMessage(HttpMethod.Get, host.Url);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await client.SendAsync(again, TestContext.Current.CancellationToken);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, host.Url), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(first.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
    }

    [Fact]
    public void Every_element_that_the_page_names_is_there_once()
    {
        var html = PageFiles.Text("page.html");
        var ids = Id().Matches(html).Select(match => match.Groups["value"].Value).ToList();

        Assert.Equal(ids.Distinct(StringComparer.Ordinal), ids);
        var named = Reference().Matches(html).Select(match => match.Groups["value"].Value)
            .Concat(ById().Matches(TryPage.Script()).Select(match => match.Groups["value"].Value))
            .Except(["state"], StringComparer.Ordinal);
        Assert.All(named, name => Assert.Contains(name, ids));
    }

    [Fact]
    public void Scripts_never_write_markup_or_code()
    {
        string[] forbidden = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "createContextualFragment", "eval(", "new Function", "javascript:"];
        foreach (var script in new[] { TryPage.Script(), PageFiles.Text("docs.js") })
        {
            Assert.All(forbidden, word => Assert.DoesNotContain(word, script, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Scripts_are_JavaScript()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, text) in new[] { ("page.mjs", TryPage.Script()), ("docs.js", PageFiles.Text("docs.js")) })
        {
            File.WriteAllText(folder.File(name), text);
            var start = new ProcessStartInfo("node", ["--check", folder.File(name)]) { RedirectStandardError = true, UseShellExecute = false };
            Process? node = null;
            try
            {
                node = Process.Start(start);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                Assert.Skip("no node on PATH to check JavaScript with");
            }

            using (node)
            {
                var said = node!.StandardError.ReadToEnd();
                node.WaitForExit();
                Assert.True(node.ExitCode == 0, said);
            }
        }
    }

    [GeneratedRegex("https?://[^\\s\"'<>)]+|[\"'(=]//[a-z][^\\s\"'<>)]*", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex("<(?:a|link|script|img)\\b[^>]*?\\s(?:href|src)=\"(?<value>[^\"]*)\"", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Link();

    [GeneratedRegex("\\sid=\"(?<value>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex("\\s(?:for|aria-controls|aria-labelledby|aria-describedby)=\"(?<value>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();

    [GeneratedRegex("byId\\('(?<value>[^']*)'\\)", RegexOptions.NonBacktracking)]
    private static partial Regex ById();
}
