namespace TextOps.Cluster.Tests.Support;

/// <summary>A record with a value in every field, down to the last: what is added to it later is tested without a change of the test.</summary>
internal static class Filled
{
    private static readonly DateTimeOffset Time = new(2026, 3, 29, 1, 0, 0, TimeSpan.Zero);

    public static T Of<T>() => (T)Of(typeof(T));

    private static object Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => "text",
            _ when type == typeof(DateTimeOffset) => Time,
            _ when type == typeof(bool) => true,
            { IsEnum: true } => Enum.GetValues(type).GetValue(1)!,
            { IsPrimitive: true } => Convert.ChangeType(1, type, provider: null),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => ListOf(type.GenericTypeArguments[0]),
            { IsGenericType: true } when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "text" },
            _ => RecordOf(type),
        };
    }

    private static Array ListOf(Type item)
    {
        var list = Array.CreateInstance(item, 1);
        list.SetValue(Of(item), 0);
        return list;
    }

    private static object RecordOf(Type type)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            property.SetValue(record, Of(property.PropertyType));
        }

        return record;
    }
}
