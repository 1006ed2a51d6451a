using System.Collections;
using System.Text.Json.Serialization.Metadata;
using TextOps.Crds.Schema;

namespace TextOps.Crds.Validation;

/// <summary>Judges an object by the static <c>Rules</c> of its type and of all types below it: what the API server does with <c>x-kubernetes-validations</c>.</summary>
public static class ResourceValidator
{
    /// <summary>The rules that <paramref name="resource"/> breaks, in the order of fields; empty where it breaks none. Ranges and patterns are the schema's part.</summary>
    public static IReadOnlyList<RuleViolation> Validate(object resource)
    {
        var violations = new List<RuleViolation>();
        Walk(resource, "", violations);
        return violations;
    }

    private static void Walk(object value, string path, List<RuleViolation> violations)
    {
        var contract = Json.Objects.GetTypeInfo(value.GetType());
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object:
                Judge(value, path, violations);
                foreach (var property in contract.Properties)
                {
                    if (property.Get?.Invoke(value) is { } child)
                    {
                        Walk(child, FieldPath.Join(path, property.Name), violations);
                    }
                }

                break;
            case JsonTypeInfoKind.Dictionary:
                foreach (DictionaryEntry entry in (IDictionary)value)
                {
                    if (entry.Value is not null)
                    {
                        Walk(entry.Value, FieldPath.Join(path, (string)entry.Key), violations);
                    }
                }

                break;
            case JsonTypeInfoKind.Enumerable:
                var index = 0;
                foreach (var item in (IEnumerable)value)
                {
                    if (item is not null)
                    {
                        Walk(item, FieldPath.Item(path, index), violations);
                    }

                    index++;
                }

                break;
        }
    }

    private static void Judge(object value, string path, List<RuleViolation> violations)
    {
        foreach (var rule in IRule.Of(value.GetType()))
        {
            if (!rule.HoldsFor(value))
            {
                violations.Add(new RuleViolation(path, rule.Cel, rule.Message, rule.ExplainFor(value, path)));
            }
        }
    }
}
