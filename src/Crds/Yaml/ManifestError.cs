using System.Runtime.InteropServices;

namespace TextOps.Crds.Yaml;

/// <summary>What is wrong in a file, and where.</summary>
/// <param name="File">Name of the file as it was given.</param>
/// <param name="Line">Line, from 1; 0 where the whole file is meant.</param>
/// <param name="Column">Column in characters, from 1; 0 where the whole file is meant.</param>
/// <param name="Path">Path of the field, for example <c>spec.chunking.size</c>; empty where there is none.</param>
/// <param name="Message">What is wrong and how to fix it; names the field.</param>
public sealed record ManifestError(string File, int Line, int Column, string Path, string Message)
{
    /// <summary><c>file:line:column: message</c>.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}

/// <summary>A place in a file.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ManifestPosition(int Line, int Column);
