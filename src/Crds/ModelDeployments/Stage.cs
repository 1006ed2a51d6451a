using System.ComponentModel.DataAnnotations;
using TextOps.Crds.Schema;
using TextOps.Crds.TrainingRuns;
using TextOps.Crds.Validation;

namespace TextOps.Crds.ModelDeployments;

/// <summary>A place where one version serves: a Deployment and a Service named <c>&lt;object&gt;-&lt;stage&gt;</c>. Exactly one of <c>version</c>, <c>follow</c> and <c>approval</c> says which version.</summary>
public sealed record Stage
{
    /// <summary>Longest name of a stage: names of Deployments and Services are made from it.</summary>
    public const int MaxName = 20;

    /// <summary>Name, for example <c>staging</c> or <c>production</c>.</summary>
    [MinLength(1), MaxLength(MaxName), RegularExpression(Patterns.Label)]
    public required string Name { get; init; }

    /// <summary>Serve this version.</summary>
    [Range(1, 999_999)]
    public int? Version { get; init; }

    /// <summary>Serve the version that this alias of the registry names, whenever it is moved.</summary>
    [MinLength(1), MaxLength(63), RegularExpression(Patterns.Label)]
    public string? Follow { get; init; }

    /// <summary>Serve the version that a person approved: the merged pull request is the approval, and the operator never writes it. Empty (<c>{}</c>) until there is one.</summary>
    public Approval? Approval { get; init; }

    /// <summary>A version must have passed this stage first: its evidence lies in the registry. The stage may be of this object or of another one, in another cluster too.</summary>
    [MinLength(1), MaxLength(MaxName), RegularExpression(Patterns.Label)]
    public string? After { get; init; }

    /// <summary>Alias of the registry that is moved to a version once it has passed this stage; none where absent.</summary>
    [MinLength(1), MaxLength(63), RegularExpression("^[a-z]([a-z0-9-]*[a-z0-9])?$")]
    public string? Alias { get; init; }

    /// <summary>
    /// What a version must reach; all of them. Metrics of its card are judged before it is rolled out (<c>relativeTo</c> compares with the card of the version that the alias names);
    /// those of serving (<see cref="ServingMetrics"/>) once it serves in the stage.
    /// </summary>
    [MaxItems(16), MapKeys("name")]
    public IReadOnlyList<Gate>? Gates { get; init; }

    /// <summary>Requests that are sent to a version that has just been rolled out, with the answers that are expected.</summary>
    [MaxItems(32), MapKeys("name")]
    public IReadOnlyList<SmokeRequest>? Smoke { get; init; }

    /// <summary>How long a new version serves before its gates of serving are judged, in seconds.</summary>
    [Range(0, 604_800)]
    public int SoakSeconds { get; init; }

    /// <summary>How pods of one version give way to those of the next.</summary>
    public RolloutStrategy Strategy { get; init; } = new();

    /// <summary>Number of pods; 0 serves nothing.</summary>
    [Range(0, 1000)]
    public int Replicas { get; init; } = 1;

    /// <summary>A roll-out that makes no progress for so long has failed, and the stable version comes back.</summary>
    [Range(1, 86_400)]
    public int ProgressDeadlineSeconds { get; init; } = 600;

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Stage>> Rules { get; } =
    [
        new("[has(self.version), has(self.follow), has(self.approval)].exists_one(given, given)",
            stage => new object?[] { stage.Version, stage.Follow, stage.Approval }.Count(given => given is not null) == 1,
            "exactly one of version, follow and approval must be given"),
        new("!has(self.follow) || !self.follow.matches('^v?[0-9]+$')", stage => stage.Follow is not { } alias || !Registration.ReadsAsVersion(alias),
            "follow must not read like a version; name an alias, or use version",
            (stage, at) => $"{at}follow ({stage.Follow}) reads like a version; name an alias such as staging, or use version"),
        new("!has(self.alias) || !self.alias.matches('^v[0-9]+$')", stage => stage.Alias is not { } alias || !Registration.ReadsAsVersion(alias),
            "alias must not read like a version; choose a word such as production",
            (stage, at) => $"{at}alias ({stage.Alias}) reads like a version; choose a word such as production"),
        new("!has(self.alias) || !has(self.follow) || self.alias != self.follow", stage => stage.Alias is null || stage.Alias != stage.Follow,
            "alias must not be the one that is followed",
            (stage, at) => $"{at}alias ({stage.Alias}) is the one that is followed; name another, or leave it out"),
        new("!has(self.smoke) || !has(self.gates) || self.replicas > 0 || !self.gates.exists(g, g.metric == 'smoke_pass_rate')",
            stage => stage.Replicas > 0 || stage.Smoke is null || stage.Gates?.Any(gate => gate.Metric == ServingMetrics.SmokePassRate) != true,
            "smoke_pass_rate needs pods; set replicas to at least 1",
            (_, at) => $"{at}replicas (0) leaves nothing to send smoke requests to; set it to at least 1, or leave the gate of smoke_pass_rate out"),
    ];
}

/// <summary>The version that a person approved: both fields, or none while nothing is approved.</summary>
public sealed record Approval
{
    /// <summary>Number of the version.</summary>
    [Range(1, 999_999)]
    public int? Version { get; init; }

    /// <summary>Digest of the version's card, so that what serves is what was looked at: <c>sha256:</c> and 64 hex digits.</summary>
    [MaxLength(71), RegularExpression(Patterns.Digest)]
    public string? Digest { get; init; }

    /// <summary>Rules over more than one field.</summary>
    public static IReadOnlyList<Rule<Approval>> Rules { get; } =
    [
        new("has(self.version) == has(self.digest)", approval => approval.Version is null == approval.Digest is null,
            "version and digest go together; give both, or none while nothing is approved"),
    ];
}

/// <summary>A request to a version that has just been rolled out. It passes where it is answered with status 200 by the right version, and as expected.</summary>
public sealed record SmokeRequest
{
    /// <summary>Name.</summary>
    [MinLength(1), MaxLength(63), RegularExpression(Patterns.Label)]
    public required string Name { get; init; }

    /// <summary>The text. A cross-encoder takes it as query.</summary>
    [MinLength(1), MaxLength(4096)]
    public required string Text { get; init; }

    /// <summary>Texts that a cross-encoder ranks; the first one is expected to come first.</summary>
    [MaxItems(16), ItemMaxLength(4096)]
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>Numeric fields of a classifier's contract, as decimals.</summary>
    [MaxItems(64), ItemMaxLength(32)]
    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>The label that a classifier is expected to give; any where absent.</summary>
    [MinLength(1), MaxLength(256)]
    public string? Label { get; init; }

    /// <summary>Least probability of that label: a decimal from 0 to 1.</summary>
    [MaxLength(8), RegularExpression(Decimals.Fraction)]
    public string? MinScore { get; init; }
}

/// <summary>How pods of one version give way to those of the next.</summary>
public sealed record RolloutStrategy
{
    /// <summary>
    /// <c>RollingUpdate</c>: a new pod is ready before an old one goes (maxSurge 1, maxUnavailable 0); where pods ask for a GPU an old one goes first (0 and 1), because there may be no
    /// second GPU. <c>Recreate</c>: all old pods go first.
    /// </summary>
    public RolloutType Type { get; init; } = RolloutType.RollingUpdate;
}

/// <summary>How pods of one version give way to those of the next (apps/v1 DeploymentStrategyType).</summary>
public enum RolloutType
{
    /// <summary>One after another.</summary>
    RollingUpdate,

    /// <summary>All at once, with a pause in between.</summary>
    Recreate,
}
