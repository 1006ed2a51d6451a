using TextOps.Onnx.Graphs;

namespace TextOps.Onnx.Embeddings;

/// <summary>The ONNX file of a model folder that fits a precision, read as far as needed to know that it is safe to load.</summary>
/// <param name="Path">Relative to the model's root, with forward slashes.</param>
/// <param name="ExternalData">Files with weights that it refers to, relative to the root, sorted.</param>
/// <param name="Operators">Operators that the graph uses.</param>
internal sealed record ModelGraphFile(string Path, IReadOnlyList<string> ExternalData, IReadOnlySet<string> Operators)
{
    private static readonly string[] Folders = ["onnx", ""];

    /// <summary>Finds and checks the file.</summary>
    /// <exception cref="ModelFormatException">There is none, it is damaged, or it refers to weights that are missing or outside the model's folder.</exception>
    public static ModelGraphFile Find(ModelFolder folder, Precision precision)
    {
        var path = Choose(folder, precision);
        var scan = GraphScan.Read(System.IO.Path.Combine(folder.Root, path));
        List<string> external = [.. scan.ExternalLocations.Select(location => ExternalFile(folder.Root, path, location))];
        external.Sort(StringComparer.Ordinal);
        return new ModelGraphFile(path, external, scan.Operators);
    }

    /// <summary>All files of the model, relative to its root, sorted.</summary>
    public IReadOnlyList<string> FilesWith(ModelFolder folder)
    {
        List<string> files = [.. folder.Files, Path, .. ExternalData];
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static string Choose(ModelFolder folder, Precision precision)
    {
        List<string> wanted = [.. Candidates(folder, precision)];
        if (wanted.Find(path => File.Exists(System.IO.Path.Combine(folder.Root, path))) is { } found)
        {
            return found;
        }

        List<string> present = [.. Folders.SelectMany(part => Present(folder, part))];
        return precision == Precision.Auto && present.Count == 1
            ? present[0]
            : throw new ModelFormatException(
                $"{folder.Root} has no ONNX file for precision {precision.ToString().ToLowerInvariant()}: looked for {string.Join(", ", wanted)}; " +
                $"there {(present.Count == 0 ? "is no .onnx file at all" : $"is {string.Join(", ", present)}")}");
    }

    private static IEnumerable<string> Candidates(ModelFolder folder, Precision precision)
    {
        string[] names = precision switch
        {
            Precision.Float16 => ["model_fp16.onnx"],
            Precision.Int8 => ["model_int8.onnx", "model_quantized.onnx"],
            _ => ["model.onnx"],
        };
        return names.SelectMany(name => Folders.Select(part => Relative(folder, part, name)));
    }

    private static IEnumerable<string> Present(ModelFolder folder, string part)
    {
        var path = System.IO.Path.Combine(folder.Root, folder.TransformerPath, part);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.onnx").Select(file => Relative(folder, part, System.IO.Path.GetFileName(file))).Order(StringComparer.Ordinal)
            : [];
    }

    private static string Relative(ModelFolder folder, string part, string name) =>
        ModelFolder.Slashes(System.IO.Path.Combine(folder.TransformerPath, part, name));

    /// <summary>
    /// Judges a location as ONNX Runtime would read it, relative to the graph's file. Links are refused wherever they lead: ONNX Runtime follows them, and
    /// what they lead to can change after the check. A location that names memory instead of a file (ONNX Runtime's own <c>_ORT_MEM_ADDR_</c>) is no file either.
    /// </summary>
    private static string ExternalFile(string root, string graph, string location)
    {
        if (!ModelPath.IsInside(location))
        {
            throw new ModelFormatException($"{graph} of {root}: external data '{Printable(location)}' must be a file inside the model's folder");
        }

        var file = ModelFolder.Slashes(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(graph) ?? "", location));
        if ((ModelPath.FirstLink(root, graph) ?? ModelPath.FirstLink(root, file)) is { } link)
        {
            throw new ModelFormatException($"{graph} of {root}: external data '{Printable(location)}' is reached by the link {link}; copy the file into the folder");
        }

        return File.Exists(System.IO.Path.Combine(root, file))
            ? file
            : throw new ModelFormatException($"{graph} of {root}: external data '{Printable(location)}' is missing");
    }

    private static string Printable(string text) => string.Concat(text.Take(200).Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
