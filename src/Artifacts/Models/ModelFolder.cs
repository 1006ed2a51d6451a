using TextOps.Artifacts.Stores;

namespace TextOps.Artifacts.Models;

/// <summary>Finds the folder that holds a model's files.</summary>
public static class ModelFolder
{
    /// <summary>Path of the local folder that holds the files of the model at <paramref name="uri"/>.</summary>
    /// <exception cref="StoreRefusedException">The URI is of a scheme that is not supported, or no folder is there; the message says how to
    /// fix it.</exception>
    public static Task<string> OpenAsync(string uri, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        cancellationToken.ThrowIfCancellationRequested();
        if (!FileUri.Is(uri))
        {
            var end = uri.IndexOf("://", StringComparison.Ordinal);
            throw new StoreRefusedException(end > 0
                ? $"model '{uri}': {uri[..end]}:// is not supported by this version; put the model's files into a folder and use file:///absolute/path"
                : $"model '{uri}' is not a URI; write file:///absolute/path or file://./relative/path");
        }

        var path = FileUri.ToPath(uri);
        if (File.Exists(path))
        {
            throw new StoreRefusedException(
                $"model '{uri}': {path} is a file, and a model is the folder that holds its files; use {FileUri.FromPath(Path.GetDirectoryName(path)!)}");
        }

        return Directory.Exists(path)
            ? Task.FromResult(path)
            : throw new StoreRefusedException($"model '{uri}': there is no folder {path}; put the model's files there or correct the URI");
    }
}
