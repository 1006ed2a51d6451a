namespace TextOps.Kubernetes.InMemory;

/// <summary>One change of one object: created where <paramref name="Old"/> is null, deleted where <paramref name="New"/> is.</summary>
internal sealed record Change(long ResourceVersion, StoredObject? Old, StoredObject? New);

/// <summary>The last changes of one kind, which watches read at their own pace. Not thread-safe: the cluster's lock guards it.</summary>
internal sealed class ChangeLog(int capacity)
{
    private readonly List<Change> changes = [];
    private long firstSequence;
    private long forgottenVersion;
    private TaskCompletionSource more = NewSignal();

    /// <summary>Completes with the next change.</summary>
    public Task More => more.Task;

    public void Append(Change change)
    {
        changes.Add(change);
        if (changes.Count > 2 * capacity)
        {
            var gone = changes.Count - capacity;
            forgottenVersion = changes[gone - 1].ResourceVersion;
            changes.RemoveRange(0, gone);
            firstSequence += gone;
        }

        Signal();
    }

    /// <summary>Says that changes up to this version are not in the log: those of an earlier process.</summary>
    public void ForgetUpTo(long resourceVersion) => forgottenVersion = Math.Max(forgottenVersion, resourceVersion);

    /// <summary>Wakes those who wait, with or without a change.</summary>
    public void Signal()
    {
        var waiting = more;
        more = NewSignal();
        waiting.SetResult();
    }

    /// <summary>Sequence number of the first change after <paramref name="resourceVersion"/>; throws 410 where the log no longer reaches back so far.</summary>
    public long SequenceAfter(long resourceVersion)
    {
        if (resourceVersion < forgottenVersion)
        {
            throw ApiErrors.Expired(resourceVersion, forgottenVersion);
        }

        var index = changes.FindIndex(change => change.ResourceVersion > resourceVersion);
        return firstSequence + (index < 0 ? changes.Count : index);
    }

    /// <summary>The changes from <paramref name="sequence"/> on; throws 410 for a reader that fell too far behind.</summary>
    public Change[] From(long sequence)
    {
        if (sequence < firstSequence)
        {
            throw ApiErrors.Expired(sequence, forgottenVersion);
        }

        return [.. changes[(int)(sequence - firstSequence)..]];
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
