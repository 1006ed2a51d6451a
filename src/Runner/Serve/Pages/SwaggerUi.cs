using System.Text;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace TextOps.Runner.Serve.Pages;

/// <summary>
/// Swagger UI, served from this process: its script and style are those inside the package, under a page of our own. The package's own middleware is not used: its page needs no
/// Content-Security-Policy of ours and asks for files that are not needed.
/// </summary>
internal static class SwaggerUi
{
    private const string Folder = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    /// <summary>The page. Swagger UI sets styles on elements and has its icons as data; it asks this server alone.</summary>
    public static ServedContent Page() => ServedContent.Of(
        Encoding.UTF8.GetBytes(PageFiles.Text("docs.html")),
        "text/html; charset=utf-8",
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

    /// <summary>The files that the page names, by their names below <c>docs/</c>.</summary>
    public static IEnumerable<(string Name, ServedContent Content)> Assets()
    {
        yield return ("swagger-ui-bundle.js", Packaged("swagger-ui-bundle.js", "text/javascript; charset=utf-8"));
        yield return ("swagger-ui.css", Packaged("swagger-ui.css", "text/css; charset=utf-8"));
        yield return ("start.js", ServedContent.Of(Encoding.UTF8.GetBytes(PageFiles.Text("docs.js")), "text/javascript; charset=utf-8"));
        yield return ("page.css", ServedContent.Of(Encoding.UTF8.GetBytes(PageFiles.Text("docs.css")), "text/css; charset=utf-8"));
    }

    private static ServedContent Packaged(string name, string type)
    {
        using var stream = typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"the package of Swagger UI holds no {name}; see its version in Directory.Packages.props");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return ServedContent.OfGzip(bytes.ToArray(), type);
    }
}
