namespace TextOps.Runner.Serve.Pages;

/// <summary>The files of the pages, embedded in the program by their names.</summary>
internal static class PageFiles
{
    /// <summary>The text of a file.</summary>
    public static string Text(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream($"pages/{name}") ?? throw new InvalidOperationException($"the program holds no pages/{name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
