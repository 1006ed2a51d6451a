using System.Globalization;

namespace TextOps.Artifacts.Training;

/// <summary>
/// Where the files of a training run lie until its model is registered: <c>training/&lt;model&gt;/&lt;run id&gt;-&lt;8 hex digits of the fingerprint&gt;/</c> in the registry's store. Tasks are idempotent:
/// <see cref="PreparedFile"/> is created last by the prepare task and pins everything else that it wrote.
/// </summary>
public sealed class WorkspaceLayout
{
    /// <summary>What was prepared: inputs, labels, splits, blocks, files with their digests; its presence says that the workspace is whole.</summary>
    public const string PreparedFile = "prepared.json";

    /// <summary>The report of the data contract.</summary>
    public const string ContractFile = "contract.json";

    /// <summary>Every violation of the contract, a line each.</summary>
    public const string ViolationsFile = "violations.jsonl";

    /// <summary>Rows of the test split, a line each: text, numbers, label. The evaluation needs them to score other versions too.</summary>
    public const string TestFile = "test.jsonl";

    /// <summary>The fitted model and its feature pipeline, as they will be registered.</summary>
    public const string ModelFolder = "model/";

    /// <summary>What people read about the model.</summary>
    public const string ReportFile = "report.html";

    /// <summary>Makes the layout of a workspace.</summary>
    /// <param name="folder">Key of the folder, without a '/' at its end.</param>
    public WorkspaceLayout(string folder) => Folder = folder + "/";

    /// <summary>Key of the folder, with a '/' at its end.</summary>
    public string Folder { get; }

    /// <summary>Key of the folder of a run's workspace, without a '/' at its end.</summary>
    public static string FolderOf(string model, string runId, string fingerprint) => $"training/{model}/{runId}-{fingerprint[..8]}";

    /// <summary>Key of a file.</summary>
    public string File(string path) => Folder + path;

    /// <summary>The record of a trial.</summary>
    public static string TrialFile(int number) => string.Create(CultureInfo.InvariantCulture, $"trials/{number:D5}.json");
}
