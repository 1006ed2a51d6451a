namespace TextOps.Runner.Text;

/// <summary>
/// Ids of rows that bring none: <c>path@offset</c>, the file's path below the source's folder and the offset of the row's first byte (in the unpacked
/// file). Not the line number, which a shard that starts inside a file does not know: the same row has the same id however the source is cut.
/// </summary>
/// <param name="sourceUri"><c>spec.source.uri</c>: a file, a folder or a glob.</param>
internal sealed class RowNames(string sourceUri)
{
    /// <summary>Longest id, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    private readonly string folder = sourceUri.EndsWith('/') ? sourceUri : sourceUri + "/";
    private readonly string parent = Parent(sourceUri);

    /// <summary>An id that the row brought, cut to <see cref="MaxLength"/>.</summary>
    public static string Cut(string id) =>
        id.Length <= MaxLength ? id : id[..(char.IsHighSurrogate(id[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];

    /// <summary>The path of an input below the source's folder.</summary>
    public string PathOf(string inputUri)
    {
        foreach (var prefix in (ReadOnlySpan<string>)[folder, parent])
        {
            if (inputUri.Length > prefix.Length && inputUri.StartsWith(prefix, StringComparison.Ordinal))
            {
                return inputUri[prefix.Length..];
            }
        }

        return inputUri[(inputUri.LastIndexOf('/') + 1)..];
    }

    /// <summary>The id of a row that brings none; too long a path loses its beginning.</summary>
    /// <param name="path">What <see cref="PathOf"/> says of the input.</param>
    /// <param name="offset">Offset of the row's first byte.</param>
    public static string Of(string path, long offset)
    {
        var id = $"{path}@{offset}";
        return id.Length <= MaxLength ? id : id[(char.IsLowSurrogate(id[^MaxLength]) ? ^(MaxLength - 1) : ^MaxLength)..];
    }

    private static string Parent(string uri)
    {
        var glob = GlobPattern.FirstWildcard(uri);
        var end = glob < 0 ? uri.Length : glob;
        return uri[..(uri.LastIndexOf('/', Math.Max(0, end - 1)) + 1)];
    }
}
