using TextOps.Artifacts.Stores;

namespace TextOps.Local.Commands.Pull;

/// <summary>A committed version that is to be copied. Disposing lets it go.</summary>
internal interface IVersionSource : IAsyncDisposable
{
    /// <summary>What it is, for messages: <c>model default.book-reviews v000003</c>.</summary>
    string Title { get; }

    /// <summary>Its files.</summary>
    VersionContent Content { get; }

    /// <summary>Whether it is still there.</summary>
    Task<bool> IsThereAsync(CancellationToken cancellationToken);
}
