using System.Runtime.CompilerServices;
using TextOps.Learning.Families.Xgboost;

namespace TextOps.Learning.Tests.Families;

/// <summary>A test that needs xgboost's library; where it is absent the test skips and says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class XgboostFactAttribute : FactAttribute
{
    public XgboostFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = XgboostLibrary.Missing;
}

/// <summary>As <see cref="XgboostFactAttribute"/>, for tables.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class XgboostTheoryAttribute : TheoryAttribute
{
    public XgboostTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = XgboostLibrary.Missing;
}
