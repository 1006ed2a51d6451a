namespace TextOps.Onnx.Embeddings;

/// <summary>Paths that a model's own files name: untrusted, so they must stay inside the model's folder.</summary>
public static class ModelPath
{
    /// <summary>Whether a relative path is made of plain names only: no root, no <c>..</c>, no empty part, no backslash or control character.</summary>
    public static bool IsInside(string path)
    {
        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or ".." || part.AsSpan().ContainsAny('\\', ':') || part.Any(char.IsControl))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first link on the way from a folder to a file below it, relative to the folder; null where there is none.</summary>
    public static string? FirstLink(string root, string relative)
    {
        var path = "";
        foreach (var part in relative.Split('/'))
        {
            path = path.Length == 0 ? part : $"{path}/{part}";
            if (new FileInfo(Path.Combine(root, path)).LinkTarget is not null)
            {
                return path;
            }
        }

        return null;
    }
}
