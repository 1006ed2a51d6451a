using Microsoft.ML.OnnxRuntime;
using TextOps.Onnx.Embeddings;

namespace TextOps.Onnx.Graphs;

/// <summary>Opens ONNX files that must hold all their weights themselves.</summary>
public static class SelfContainedGraph
{
    /// <summary>Reads the file's structure before ONNX Runtime sees it, then loads it.</summary>
    /// <param name="path">Absolute path of the ONNX file.</param>
    /// <param name="threads">Threads that work on one operator; at least 1.</param>
    /// <exception cref="ModelFormatException">The file is missing, truncated, refers to weights outside, or cannot be loaded.</exception>
    public static InferenceSession Open(string path, int threads)
    {
        if (!File.Exists(path))
        {
            throw new ModelFormatException($"{path} does not exist");
        }

        if (GraphScan.Read(path).ExternalLocations is { Count: > 0 } locations)
        {
            throw new ModelFormatException($"{path} keeps weights in other files ({locations.Count}); store them in the graph itself");
        }

        try
        {
            using var options = OnnxEnvironment.CreateSessionOptions(threads);
            return OnnxEnvironment.OpenSession(path, options);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new ModelFormatException($"{path} cannot be loaded: {failure.Message}", failure);
        }
    }
}
