namespace TextOps.Onnx.Embeddings;

/// <summary>The modules of a sentence-transformers model, in the one order that is implemented: Transformer, Pooling, then Normalize or nothing.</summary>
/// <param name="Declared">Whether there is a <c>modules.json</c>.</param>
/// <param name="TransformerPath">Folder of the transformer's files, relative to the root.</param>
/// <param name="PoolingPath">Folder of the pooling configuration, relative to the root; null without <c>modules.json</c>.</param>
/// <param name="Normalize">Whether vectors are scaled to length 1.</param>
internal sealed record ModelModules(bool Declared, string TransformerPath, string? PoolingPath, bool Normalize)
{
    private const string Prefix = "sentence_transformers.";

    /// <summary>Reads <c>modules.json</c>.</summary>
    /// <exception cref="ModelFormatException">A module is not implemented, or they come in another order.</exception>
    public static ModelModules Read(string root)
    {
        var file = Path.Combine(root, "modules.json");
        if (ModelJson.ReadList(file) is not { } modules)
        {
            return new ModelModules(Declared: false, "", null, Normalize: false);
        }

        var names = new List<string>();
        foreach (var module in modules)
        {
            var type = module.Text("type") ?? throw new ModelFormatException($"{file}: a module has no type");
            var name = type[(type.LastIndexOf('.') + 1)..];
            if (!type.StartsWith(Prefix, StringComparison.Ordinal) || name is not ("Transformer" or "Pooling" or "Normalize"))
            {
                throw new ModelFormatException($"{file}: module {type} is not implemented; only Transformer, Pooling and Normalize are");
            }

            names.Add(name);
        }

        return names is ["Transformer", "Pooling"] or ["Transformer", "Pooling", "Normalize"]
            ? new ModelModules(Declared: true, PathOf(modules[0], file), PathOf(modules[1], file), Normalize: names.Count == 3)
            : throw new ModelFormatException($"{file}: modules {string.Join(", ", names)}; expected Transformer, Pooling and possibly Normalize, in this order");
    }

    private static string PathOf(ModelJson module, string file)
    {
        var path = module.Text("path") ?? "";
        return path.Length == 0 || ModelPath.IsInside(path) ? path : throw new ModelFormatException($"{file}: path '{path}' must stay inside the model's folder");
    }
}
