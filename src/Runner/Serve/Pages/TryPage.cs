using System.Security.Cryptography;
using System.Text;

namespace TextOps.Runner.Serve.Pages;

/// <summary>
/// The page at <c>/</c>: one document with its style and its script in it. It may run that script and that style alone (by their hashes) and ask this server alone, so a card or an answer
/// that smuggled markup in could do nothing. What it shows comes from <c>info</c>, <c>health</c> and the model's own paths.
/// </summary>
internal static class TryPage
{
    // The order in which they build on one another.
    private static readonly string[] Scripts = ["dom.js", "server.js", "classifier.js", "embedder.js", "ranker.js", "card.js", "page.js"];

    /// <summary>Puts the page together.</summary>
    public static ServedContent Create()
    {
        var style = PageFiles.Text("page.css");
        var script = Script();
        var html = PageFiles.Text("page.html")
            .Replace("<style></style>", $"<style>{style}</style>", StringComparison.Ordinal)
            .Replace("<script type=\"module\"></script>", $"<script type=\"module\">{script}</script>", StringComparison.Ordinal);
        return ServedContent.Of(
            Encoding.UTF8.GetBytes(html),
            "text/html; charset=utf-8",
            $"default-src 'none'; script-src '{Hash(script)}'; style-src '{Hash(style)}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    /// <summary>The page's script: one module of all its files.</summary>
    public static string Script() => string.Concat(Scripts.Select(PageFiles.Text));

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
