namespace TextOps.Crds.Validation;

/// <summary>
/// A rule over several fields of <typeparamref name="T"/>, said twice in one place: in CEL for the API server (<c>x-kubernetes-validations</c>)
/// and in C# for the operator and the in-memory cluster. A type declares its rules in
/// <c>public static IReadOnlyList&lt;Rule&lt;T&gt;&gt; Rules { get; }</c>; the CRD generator and the validator both find them there.
/// </summary>
/// <param name="Cel">The rule in CEL, <c>self</c> being the object.</param>
/// <param name="Holds">The same in C#.</param>
/// <param name="Message">What the API server answers: fixed text that names the fields, the condition and the fix.</param>
public sealed record Rule<T>(string Cel, Func<T, bool> Holds, string Message);
