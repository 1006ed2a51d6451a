namespace TextOps.Runner.Serve.Requests;

/// <summary>Where a value stands in a request; it becomes text only where it is refused. The default value is the body itself.</summary>
/// <param name="Name">The field.</param>
/// <param name="Index">Index in that field's list; -1 for the field itself.</param>
/// <param name="Member">The field of the object there.</param>
internal readonly record struct FieldPath(string Name, int Index = -1, string? Member = null)
{
    /// <summary>A field of the object that stands here.</summary>
    public FieldPath Of(string field) => Name is null ? new FieldPath(field) : this with { Member = field };

    /// <summary>For example <c>instances[3].text</c>.</summary>
    public override string ToString() => (Index < 0 ? Name : $"{Name}[{Index}]") + (Member is null ? "" : $".{Member}");
}
