using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TextOps.Runner.Serve.Pages;

/// <summary>What a browser is shown: <c>/</c> (try the model, read its card), <c>/docs</c> (Swagger UI) and <c>/openapi.json</c>. Nothing of it asks another host, and all of it works behind a path prefix.</summary>
internal static class ServePages
{
    private const string Docs = "/docs";
    private const string Document = "/openapi.json";
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds the pages.</summary>
    public static void Map(WebApplication app, ServedModel served)
    {
        var page = TryPage.Create();
        app.MapMethods("/", Methods, page.Answer);

        var document = ServedContent.Of(Encoding.UTF8.GetBytes(OpenApiDocument.Of(served).ToJsonString(OpenApiDocument.Written)), "application/json; charset=utf-8");
        app.MapMethods(Document, Methods, document.Answer);

        var swagger = SwaggerUi.Page();
        app.MapMethods(Docs, Methods, context => IsFolder(context) ? Leave(context) : swagger.Answer(context));
        foreach (var (name, content) in SwaggerUi.Assets())
        {
            app.MapMethods($"{Docs}/{name}", Methods, content.Answer);
        }
    }

    /// <summary>Whether a path is one of these pages: they hold nothing of the data and need no bearer token.</summary>
    public static bool IsPublic(PathString path) => path == "/" || path == Document || path.StartsWithSegments(Docs, StringComparison.Ordinal);

    // The page names its files relative to "/docs"; as "/docs/" it would look for them one folder too deep.
    private static bool IsFolder(HttpContext context) => context.Request.Path.Value!.EndsWith('/');

    private static Task Leave(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = "../docs";
        return Task.CompletedTask;
    }
}
