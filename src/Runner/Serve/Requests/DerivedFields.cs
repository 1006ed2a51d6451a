using System.Reflection;
using System.Text.Json.Serialization;
using TextOps.Crds.TrainingRuns;

namespace TextOps.Runner.Serve.Requests;

/// <summary>Derived numbers by the names that requests have for them, such as <c>text_len</c>.</summary>
internal static class DerivedFields
{
    private static readonly IReadOnlyDictionary<DerivedNumber, string> Names = Enum.GetValues<DerivedNumber>().ToDictionary(
        number => number,
        number => typeof(DerivedNumber).GetField($"{number}")!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DerivedNumber> All { get; } = Enum.GetValues<DerivedNumber>();

    /// <summary>What requests call it.</summary>
    public static string NameOf(DerivedNumber number) => Names[number];
}
