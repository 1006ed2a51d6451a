using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TextOps.Runner.Serve.Pages;

/// <summary>Bytes that a browser gets as they are, with what it may do with them.</summary>
internal sealed class ServedContent
{
    private readonly byte[] bytes;
    private readonly byte[]? packed;
    private readonly string type;
    private readonly string policy;
    private readonly string tag;

    private ServedContent(byte[] bytes, byte[]? packed, string type, string policy)
    {
        (this.bytes, this.packed, this.type, this.policy) = (bytes, packed, type, policy);
        tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}\"";
    }

    /// <summary>Content as it is.</summary>
    /// <param name="type">Its media type.</param>
    /// <param name="policy">What a page of it may load (Content-Security-Policy, W3C CSP level 3); nothing where absent.</param>
    public static ServedContent Of(byte[] bytes, string type, string policy = "default-src 'none'; frame-ancestors 'none'") => new(bytes, packed: null, type, policy);

    /// <summary>Content that is there packed by gzip, and goes out so where the browser takes it.</summary>
    public static ServedContent OfGzip(byte[] packed, string type)
    {
        using var unpacked = new MemoryStream();
        using var stream = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        stream.CopyTo(unpacked);
        return new ServedContent(unpacked.ToArray(), packed, type, "default-src 'none'; frame-ancestors 'none'");
    }

    /// <summary>Answers a GET or HEAD.</summary>
    public async Task Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // A new version of the model answers under the same addresses.
        headers.CacheControl = "no-cache";
        headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch.Contains(tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = bytes;
        if (packed is not null)
        {
            headers.Vary = "Accept-Encoding";
            if (TakesGzip(context.Request.Headers.AcceptEncoding))
            {
                headers.ContentEncoding = "gzip";
                body = packed;
            }
        }

        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static bool TakesGzip(StringValues accepted) =>
        accepted.ToString().Split(',', StringSplitOptions.TrimEntries).Any(coding => coding.Equals("gzip", StringComparison.OrdinalIgnoreCase));
}
