using System.Text.Json;
using System.Text.Json.Nodes;
using TextOps.Crds;
using TextOps.Crds.ModelDeployments;
using TextOps.Crds.Tasks;
using TextOps.Crds.TrainingRuns;
using TextOps.Operator.Tasks;

namespace TextOps.Operator.ModelDeployments;

/// <summary>
/// Decides about one stage: a pure function of what was seen and of the time. A version goes check → roll-out → gate; what fails is rejected in the same write that brings the stable version
/// back. Each step's state is in the Deployment and in Jobs, so that any operator decides the same at any moment.
/// </summary>
internal sealed class StageDecision
{
    // Bound of the schema.
    private const int MaxMessageBytes = 2048;

    private readonly ModelDeploymentSnapshot seen;
    private readonly StageSnapshot stage;
    private readonly StageTarget target;
    private readonly DeploymentAttempts attempts;
    private readonly bool hasPassedBefore;
    private readonly DateTimeOffset now;
    private readonly StageBuilder builder;
    private readonly StageState state;
    private readonly string judgement;

    /// <summary>About <paramref name="stage"/>, which should serve <paramref name="target"/>.</summary>
    public StageDecision(ModelDeploymentSnapshot seen, StageSnapshot stage, StageTarget target, DeploymentAttempts attempts, DateTimeOffset now)
    {
        this.seen = seen;
        this.stage = stage;
        this.target = target;
        this.attempts = attempts;
        this.now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        builder = new StageBuilder(seen, stage.Stage);
        state = StageState.Of(stage, seen.Model);
        judgement = JudgementOf(stage.Stage, seen.Retry);
        hasPassedBefore = seen.Stages.FirstOrDefault(other => other.Stage.Name == stage.Stage.After) is { } before && target.Version is not null
            && StageState.Of(before, seen.Model).Stable == target.Version;
    }

    /// <summary>What a version of a stage is judged by, as 16 hex digits: another value judges it again.</summary>
    public static string JudgementOf(Stage stage, string? retry) => ModelDeploymentSnapshot.Hash(new JsonObject
    {
        ["gates"] = JsonSerializer.SerializeToNode(stage.Gates, Json.Objects),
        ["smoke"] = JsonSerializer.SerializeToNode(stage.Smoke, Json.Objects),
        ["soakSeconds"] = stage.SoakSeconds,
        ["after"] = stage.After,
        ["retry"] = retry,
    });

    /// <summary>Says what to do.</summary>
    public StagePlan Decide()
    {
        if (target.Version is not { } version)
        {
            return Untargeted();
        }

        if (state.Rejected is { } rejected && IsOf(rejected, version) && rejected.Judged == judgement)
        {
            return Refuse(version, rejected);
        }

        if (!state.IsOtherModel && state.Current == version)
        {
            return state.Stable == version ? Serve(version) : Prove(version);
        }

        if (seen.Spec.Suspend)
        {
            return Stay(StageReasons.Suspended, $"spec.suspend holds the roll-out of {version.Version} back; {StageWording.Meanwhile(state.Current)}");
        }

        // What was stable is known to be good: the way back needs no registry.
        return state.Stable == version ? RollOut(version, state.Memory?.Gates ?? stage.Status?.Gates, state.Memory?.Evidence) : Check(version);
    }

    private StagePlan Untargeted()
    {
        var isPending = target.Reason is StageReasons.AwaitingApproval;
        var plan = Stay(target.Reason, $"{target.Message}{(state.Current is null ? "" : $"; {StageWording.Meanwhile(state.Current)}")}");
        if (isPending && state is { Memory: not null, IsOtherModel: false } && stage.Stage.Replicas > 0 && Rollout() is { IsComplete: false } rollout)
        {
            return plan with { Reason = StageReasons.Unavailable, Message = Cut($"{plan.Message}: {StageWording.Pods(rollout)}") };
        }

        return plan with
        {
            Ready = isPending ? StageReadiness.Yes : target.IsComing ? StageReadiness.Unknown : StageReadiness.No,
            Reconciling = target.IsComing,
            Stalled = target.Reason is StageReasons.VersionNotFound or StageReasons.TaskFailed ? target.Reason : null,
        };
    }

    // It was the target before and passed its gates: nothing is left but to keep it serving.
    private StagePlan Serve(StageVersion version)
    {
        var plan = Stay(StageReasons.Serving, $"{version.Version} serves");
        var rollout = Rollout();
        return plan switch
        {
            { Reason: not StageReasons.Serving } => plan,
            _ when stage.Stage.Replicas == 0 => plan with { Reason = StageReasons.ScaledToZero, Message = $"replicas is 0: {version.Version} does not serve", Ready = StageReadiness.Yes },
            _ when rollout.IsComplete => Tidy(plan) with { Ready = StageReadiness.Yes },
            _ when rollout.Failure is { } failure && !rollout.WasComplete => plan with { Reason = StageReasons.RolloutFailed, Message = $"new pods of {version.Version} do not get ready: {failure}", Stalled = StageReasons.RolloutFailed },
            _ when rollout.WasComplete => plan with { Reason = StageReasons.Unavailable, Message = Cut($"{version.Version}: {StageWording.Pods(rollout)}") },
            _ => plan with { Reason = StageReasons.RollingOut, Message = $"{version.Version}: {StageWording.Pods(rollout)}", Reconciling = true, WakeAfter = rollout.TimeLeft },
        };
    }

    // Its pods are there, and it has not passed its gates yet.
    private StagePlan Prove(StageVersion version)
    {
        var plan = Stay(StageReasons.Gating, $"{version.Version} serves and is judged");
        if (plan.Reason != StageReasons.Gating)
        {
            return plan;
        }

        if (state.Rejected is { } failed && IsOf(failed, version))
        {
            // It stayed because nothing stable was there; now it is tried again, with pods that begin anew where the old ones failed.
            var retried = failed.Reason == StageReasons.RolloutFailed ? judgement : state.Memory!.Retried;
            return seen.Spec.Suspend ? Held(version) : Rolling(state.Memory! with { Rejected = null, Retried = retried }, version);
        }

        if (stage.Stage.Replicas == 0)
        {
            return plan with { Reason = StageReasons.ScaledToZero, Message = $"replicas is 0: {version.Version} does not serve and cannot be judged", Ready = StageReadiness.Yes };
        }

        return seen.Spec.Suspend ? Held(version) : Prove(version, plan, Rollout());
    }

    private StagePlan Prove(StageVersion version, StagePlan plan, StageRollout rollout)
    {
        if (rollout.Failure is { } failure)
        {
            return Reject(version, StageReasons.RolloutFailed, failure, served: true);
        }

        // Asked for even where a pod is not ready just now: a gate that watches is not cancelled for that.
        var task = DeploymentTask.Gate(seen, stage.Stage, version, judgement, state.Memory!.Since, builder.Url(stage.Service));
        var verdict = attempts.Judge(task);
        if (rollout.IsComplete)
        {
            return Gate(task, verdict, version, plan);
        }

        var rolling = plan with { Reason = StageReasons.RollingOut, Message = Cut($"{version.Version}: {StageWording.Pods(rollout)}{Beside()}"), Reconciling = true, WakeAfter = rollout.TimeLeft };
        return verdict switch
        {
            TaskVerdict.Waiting => rolling with { Reason = StageReasons.Gating },
            TaskVerdict.Done { Attempt.Result.Gate.Verdict: not (GateVerdicts.Passed or GateVerdicts.AwaitingEvidence) } => Gate(task, verdict, version, plan),
            _ => rolling,
        };
    }

    private StagePlan Check(StageVersion version)
    {
        var task = DeploymentTask.Check(seen, stage.Stage, version, judgement, state.Memory?.Since, hasPassedBefore);
        return attempts.Judge(task) switch
        {
            TaskVerdict.Done { Attempt.Result.Gate: { Verdict: GateVerdicts.Passed } result } => RollOut(version, result.Gates, evidence: null),
            var verdict => Judge(task, verdict, version, Stay(StageReasons.Checking, $"{version.Version} is checked; {StageWording.Meanwhile(state.Current)}"), served: false),
        };
    }

    private StagePlan Gate(DeploymentTask task, TaskVerdict verdict, StageVersion version, StagePlan plan)
    {
        if (verdict is not TaskVerdict.Done { Attempt.Result.Gate: { Verdict: GateVerdicts.Passed } result })
        {
            return Judge(task, verdict, version, plan with { Message = $"{plan.Message}{Beside()}" }, served: true);
        }

        var memory = state.Memory! with { Stable = version, StableImage = state.Memory.Image, Gates = Fitting(result.Gates), Evidence = result.Evidence, Rejected = null };
        return Tidy(plan with
        {
            Reason = StageReasons.Serving,
            Message = $"{version.Version} serves",
            Ready = StageReadiness.Yes,
            Wanted = memory,
            State = state with { Stable = version, Rejected = null, Memory = memory },
        });
    }

    private StagePlan Judge(DeploymentTask task, TaskVerdict verdict, StageVersion version, StagePlan plan, bool served)
    {
        var age = attempts.Age(task);
        return verdict switch
        {
            TaskVerdict.Hopeless or TaskVerdict.Done { Attempt.Result.Gate.Verdict: GateVerdicts.AwaitingEvidence } when age == TimeSpan.Zero => plan with { Delete = [.. plan.Delete, .. attempts.JobsOf(task)], Reconciling = true },
            TaskVerdict.Done { Attempt.Result.Gate: { Verdict: GateVerdicts.AwaitingEvidence } result } => plan with
            {
                Reason = StageReasons.AwaitingEvidence,
                Message = Cut($"{version.Version} waits: {result.Message ?? $"it has not passed stage {stage.Stage.After} yet"}; {StageWording.Meanwhile(state.Current)}"),
                WakeAfter = age,
            },
            TaskVerdict.Done { Attempt: { Result.Gate: { } result } attempt } => Reject(version, result.Verdict, StageWording.Verdict(result, version), served, result.Gates, attempt.Finished),
            TaskVerdict.Hopeless { Reason: var reason, Message: var message } => plan with
            {
                Reason = StageReasons.TaskFailed,
                Message = Cut($"{version.Version} cannot be judged ({reason}): {message}"),
                Stalled = StageReasons.TaskFailed,
                WakeAfter = age,
            },
            TaskVerdict.Due { Attempt: var number } => plan with { Start = task.Attempt(number), Reconciling = true },
            TaskVerdict.BackingOff { Wait: var wait, Message: var message } => plan with { Message = Cut($"{plan.Message}{StageWording.Note(message)}"), Reconciling = true, WakeAfter = wait },
            TaskVerdict.Waiting { Wake: var wake, Note: var note } => plan with { Message = Cut($"{plan.Message}{StageWording.Note(note)}"), Reconciling = true, WakeAfter = wake },
            _ => plan,
        };
    }

    private StagePlan RollOut(StageVersion version, IReadOnlyList<GateStatus>? gates, string? evidence)
    {
        var isBack = state.Stable == version;
        var isRetried = state.Rejected is { } rejected && IsOf(rejected, version);
        return Rolling(
            new StageMemory
            {
                Current = version,
                Stable = state.Stable,
                Gates = Fitting(gates),
                Evidence = state.IsOtherModel ? null : evidence ?? state.Memory?.Evidence ?? stage.Status?.Evidence,
                Model = seen.Model,
                Image = isBack ? state.Memory?.StableImage ?? seen.Options.RunnerImage : seen.Options.RunnerImage,
                StableImage = state.IsOtherModel ? null : state.Memory?.StableImage,
                Retried = isRetried ? judgement : null,
            },
            version);
    }

    private StagePlan Rolling(StageMemory memory, StageVersion version)
    {
        memory = builder.WithTemplate(memory, stage.Deployment, state.Memory, now);
        return Plan(StageReasons.RollingOut, $"{version.Version} is rolled out{Beside(state.Stable == version ? null : state.Stable)}") with
        {
            Wanted = memory,
            State = state with { Current = memory.Current, Stable = memory.Stable, Rejected = null, IsOtherModel = false, Memory = memory },
            Reconciling = true,
            Delete = JobsOfForgotten,
        };
    }

    // The version fails here: from now on it is known as rejected, and in the same write the pods go back to the stable version, where they had left it.
    private StagePlan Reject(StageVersion version, string reason, string message, bool served, IReadOnlyList<GateStatus>? gates = null, DateTimeOffset? time = null)
    {
        var rejected = new RejectedVersion
        {
            Version = version.Version,
            Digest = version.Digest,
            Reason = reason,
            Message = Cut(message),
            Time = time ?? now,
            Judged = judgement,
            Served = served,
        };
        return Refuse(version, rejected, gates);
    }

    private StagePlan Refuse(StageVersion version, RejectedVersion rejected, IReadOnlyList<GateStatus>? gates = null)
    {
        var stable = state.Stable;
        var isBack = rejected.Served == true && stable is not null;
        var memory = state.IsOtherModel || (state.Memory is null && stable is null) ? null : (state.Memory ?? new StageMemory { Current = stable!, Stable = stable, Model = seen.Model }) with { Rejected = rejected };
        if (memory is not null && gates is not null)
        {
            memory = memory with { Gates = Fitting(gates) };
        }

        if (memory is not null && stable is not null && memory.Current != stable && !seen.Spec.Suspend)
        {
            memory = memory with { Current = stable, Image = memory.StableImage ?? memory.Image, Retried = null };
        }

        if (memory is not null)
        {
            var rendered = builder.WithTemplate(memory, stage.Deployment, state.Memory, now);
            memory = seen.Spec.Suspend && rendered.Template != state.Memory?.Template ? null : rendered;
        }

        var serving = memory?.Current ?? state.Current;
        var isComplete = memory is null || (memory.Template == state.Memory?.Template && Rollout().IsComplete);
        var pods = memory is not null && memory.Template == state.Memory?.Template && !isComplete && stage.Stage.Replicas > 0 ? $" ({StageWording.Pods(Rollout())})" : "";
        var meanwhile = serving is null || serving == version ? "" : $"; {StageWording.Meanwhile(serving)}{pods}";
        var plan = Plan(isBack ? StageReasons.RolledBack : rejected.Reason, Cut($"{version.Version} failed ({rejected.Reason}): {rejected.Message}{meanwhile}; {StageWording.HowToRetry(stage.Stage)}")) with
        {
            Wanted = memory,
            State = state with { Current = serving, Rejected = rejected, Memory = memory ?? state.Memory },
            Stalled = rejected.Reason,
            Reconciling = !isComplete && serving is not null && serving != version && stage.Stage.Replicas > 0,
        };
        return isComplete && memory is not null ? Tidy(plan) : plan;
    }

    // Nothing of the versions changes. What was edited beside them is applied, unless that would make new pods while the object is suspended.
    private StagePlan Stay(string reason, string message)
    {
        // What failed is forgotten when another version becomes the target; of the same, it is known until it is tried again.
        var rejected = IsForgotten ? null : state.Rejected;
        var plan = Plan(reason, message) with { State = state with { Rejected = rejected }, Delete = JobsOfForgotten };
        if (state.Memory is null || state.IsOtherModel)
        {
            return plan;
        }

        var memory = builder.WithTemplate(state.Memory with { Rejected = rejected }, stage.Deployment, state.Memory, now);
        if (memory.Template != state.Memory.Template)
        {
            if (seen.Spec.Suspend)
            {
                return plan with { Reason = StageReasons.Suspended, Message = $"spec.suspend holds new pods back; {StageWording.Meanwhile(state.Current)}" };
            }

            if (reason is StageReasons.Serving or StageReasons.Gating)
            {
                plan = plan with { Reason = StageReasons.RollingOut, Message = $"{StageWording.Name(state.Current)}: new pods are made", Reconciling = true };
            }
        }

        return plan with { Wanted = memory, State = state with { Rejected = rejected, Memory = memory } };
    }

    private StagePlan Held(StageVersion version) => Stay(StageReasons.Suspended, $"spec.suspend holds the judgement of {version.Version} back; it serves{Beside()}");

    // Pods that needed them are gone.
    private StagePlan Tidy(StagePlan plan) => plan.Wanted is { Superseded: { Count: > 0 } names } memory && memory.Template == state.Memory?.Template
        ? plan with { Unneeded = names, Wanted = memory with { Superseded = null }, State = plan.State with { Memory = memory with { Superseded = null } } }
        : plan;

    private bool IsForgotten => target.Version is { } version && state.Rejected is { } rejected && !IsOf(rejected, version);

    // A version that comes back after another was the target is judged anew, and not by an answer that still lies there.
    private IReadOnlyList<string> JobsOfForgotten
    {
        get
        {
            if (!IsForgotten || new StageVersion(state.Rejected!.Version, state.Rejected.Digest) is var version && !StageState.IsVersion(version))
            {
                return [];
            }

            return [.. JobsOf(hasPassed: false), .. JobsOf(hasPassed: true)];

            IReadOnlyList<string> JobsOf(bool hasPassed) => attempts.JobsOf(DeploymentTask.Check(seen, stage.Stage, version, state.Rejected.Judged, state.Memory?.Since, hasPassed));
        }
    }

    private StagePlan Plan(string reason, string message) => new() { Seen = stage, State = state, Target = target.Version, Reason = reason, Message = Cut(message) };

    private StageRollout Rollout() => StageRollout.Of(stage, state.Memory!, now);

    private string Beside() => Beside(state.Stable);

    private string Beside(StageVersion? stable) => stable is null || stable == target.Version ? "" : $"; {stable.Version} comes back if it fails";

    private static bool IsOf(RejectedVersion rejected, StageVersion version) => rejected.Version == version.Version && rejected.Digest == version.Digest;

    private static string Cut(string message) => Ellipsis.Cut(message, MaxMessageBytes);

    // Bounds of the schema.
    private static IReadOnlyList<GateStatus>? Fitting(IReadOnlyList<GateStatus>? gates) => gates is null or [] ? null :
    [
        .. gates.Select(gate => gate with { Value = gate.Value is { } value ? Ellipsis.Cut(value, 32) : null, Bound = Ellipsis.Cut(gate.Bound, 128) }),
    ];
}
