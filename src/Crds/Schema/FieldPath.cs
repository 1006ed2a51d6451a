namespace TextOps.Crds.Schema;

/// <summary>Paths of fields as messages show them: <c>spec.runner.env[0].name</c>, <c>metadata.annotations[textops.dev/rerun]</c>.</summary>
internal static class FieldPath
{
    /// <summary>The field or key <paramref name="name"/> of the object at <paramref name="path"/>.</summary>
    public static string Join(string path, string name)
    {
        if (!name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            return $"{path}[{name}]";
        }

        return path.Length == 0 ? name : $"{path}.{name}";
    }

    /// <summary>The item <paramref name="index"/> of the list at <paramref name="path"/>.</summary>
    public static string Item(string path, int index) => $"{path}[{index}]";
}
