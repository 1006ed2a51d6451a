using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TextOps.Crds.Tasks;

namespace TextOps.Artifacts.Training;

/// <summary>
/// Where the files of a training run lie until its model is registered: <c>training/&lt;model&gt;/&lt;run id&gt;-&lt;8 hex digits&gt;/</c> in the registry's store. Tasks are idempotent:
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

    /// <summary>Whose workspace it is; written first.</summary>
    public const string OwnerFile = "owner.json";

    /// <summary>All fitted blocks of features.</summary>
    public const string PipelineFolder = "pipeline/";

    /// <summary>The fitted model and its feature pipeline, as they will be registered.</summary>
    public const string ModelFolder = "model/";

    /// <summary>What <see cref="ModelFolder"/> holds; written last by the train task that fits.</summary>
    public const string FittedFile = "fitted.json";

    /// <summary>What people read about the model.</summary>
    public const string ReportFile = "report.html";

    /// <summary>Makes the layout of a workspace.</summary>
    /// <param name="folder">Key of the folder, without a '/' at its end.</param>
    public WorkspaceLayout(string folder) => Folder = folder + "/";

    /// <summary>Key of the folder, with a '/' at its end.</summary>
    public string Folder { get; }

    /// <summary>Key of the folder of a run's workspace, without a '/' at its end.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="owner">Whose run it is: objects with equal specs have equal run ids, and may register one model.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="fingerprint">Identity of data and settings.</param>
    public static string FolderOf(string model, TaskOwner owner, string runId, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(owner);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Namespace}/{owner.Name}/{fingerprint}"));
        return $"training/{model}/{runId}-{Convert.ToHexStringLower(digest)[..8]}";
    }

    /// <summary>Folder of the workspaces of a model, with a '/' at its end.</summary>
    public static string FolderOf(string model) => $"training/{model}/";

    /// <summary>Key of a file.</summary>
    public string File(string path) => Folder + path;

    /// <summary>Numbers of the labels of a split's rows (int32).</summary>
    public static string LabelsFile(string split) => $"labels-{split}.npy";

    /// <summary>Groups of the training split's rows (int32): rows of a group stay in one fold.</summary>
    public const string GroupsFile = "groups-train.npy";

    /// <summary>A split's rows as a block of features sees them: <c>.npy</c> (float32) of a dense block; of a sparse one <c>.starts.npy</c>, <c>.columns.npy</c> (int32) and <c>.values.npy</c> (float64).</summary>
    public static IReadOnlyList<string> FeatureFiles(string block, string split, bool sparse) => sparse
        ? [$"features/{block}/{split}.starts.npy", $"features/{block}/{split}.columns.npy", $"features/{block}/{split}.values.npy"]
        : [$"features/{block}/{split}.npy"];

    /// <summary>The record of a trial.</summary>
    public static string TrialFile(int number) => string.Create(CultureInfo.InvariantCulture, $"trials/{number:D5}.json");
}
