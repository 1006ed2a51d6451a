namespace TextOps.Crds.Validation;

/// <summary>
/// A rule over several fields of <typeparamref name="T"/>, said twice in one place: in CEL for the API server (<c>x-kubernetes-validations</c>)
/// and in C# for the operator and the in-memory cluster. A type declares its rules in
/// <c>public static IReadOnlyList&lt;Rule&lt;T&gt;&gt; Rules { get; }</c>; the CRD generator and the validator both find them there.
/// </summary>
/// <param name="Cel">
/// The rule in CEL, <c>self</c> being the object. A field without default must be asked for by <c>has(self.field)</c>. Null for what CEL cannot say, such as
/// whether a cron expression can be read: only the operator and <c>textops validate</c> judge that.
/// </param>
/// <param name="Holds">The same in C#.</param>
/// <param name="Message">What the API server answers: fixed text that names the fields, the condition and the fix.</param>
/// <param name="Explain">
/// The message with values, for the places that can say more than a fixed text; the second argument is the path of the object with its dot, to be put before
/// each field: <c>(c, at) => $"{at}overlap ({c.Overlap}) must be smaller than {at}size ({c.Size})"</c>.
/// </param>
public sealed record Rule<T>(string? Cel, Func<T, bool> Holds, string Message, Func<T, string, string>? Explain = null) : IRule
{
    bool IRule.HoldsFor(object value) => Holds((T)value);

    string? IRule.ExplainFor(object value, string path) => Explain?.Invoke((T)value, path.Length == 0 ? "" : path + ".");
}
