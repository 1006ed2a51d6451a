using System.Net;
using TextOps.Crds.ModelDeployments;
using TextOps.Onnx.Embeddings;

namespace TextOps.Runner.Serve;

/// <summary>What the command line of <c>serve</c> says: a task, or a model that is served alone.</summary>
internal sealed record ServeOptions
{
    /// <summary>Path of the task document; null where a model is given.</summary>
    public string? Task { get; init; }

    /// <summary>The model's folder, or its URI; null where a task is given.</summary>
    public string? Model { get; init; }

    /// <summary>Name of a model that is served alone; its card's, or its folder's, where absent.</summary>
    public string? Name { get; init; }

    /// <summary>Which of the model's ONNX files is used.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Limits of a model that is served alone; a task has its own.</summary>
    public Serving Serving { get; init; } = new();

    /// <summary>Where requests are answered.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where probes and metrics are.</summary>
    public required IPEndPoint MetricsListen { get; init; }

    /// <summary>How many threads a run of the model takes.</summary>
    public required int Threads { get; init; }

    /// <summary>Where an error goes; standard output where absent.</summary>
    public string? Result { get; init; }

    /// <summary>Folder for temporary files; the system's where absent.</summary>
    public string? Scratch { get; init; }
}
