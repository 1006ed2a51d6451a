using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;
using TextOps.Crds;
using TextOps.Crds.Tasks;
using TextOps.Crds.Validation;

namespace TextOps.Runner.Tasks;

/// <summary>Ranges, lengths, patterns and rules of a task's fields, at every depth.</summary>
internal static class FieldLimits
{
    /// <summary>Checks a task.</summary>
    /// <exception cref="TaskRefusedException">A value is outside its limits, or two do not go together; the message names the fields.</exception>
    public static void Check(TaskDocument task)
    {
        Walk(task, "");
        if (ResourceValidator.Validate(task) is [var first, ..])
        {
            throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, first.ToString());
        }
    }

    private static void Walk(object value, string path)
    {
        var contract = Json.Objects.GetTypeInfo(value.GetType());
        if (contract.Kind == JsonTypeInfoKind.Object)
        {
            var errors = new List<ValidationResult>();
            if (!Validator.TryValidateObject(value, new ValidationContext(value), errors, validateAllProperties: true))
            {
                throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, (path.Length == 0 ? "" : $"{path}: ") + string.Join("; ", errors.Select(error => error.ErrorMessage)));
            }

            foreach (var property in contract.Properties)
            {
                if (property.Get?.Invoke(value) is { } child)
                {
                    Walk(child, path.Length == 0 ? property.Name : $"{path}.{property.Name}");
                }
            }
        }
        else if (contract.Kind == JsonTypeInfoKind.Enumerable)
        {
            var index = 0;
            foreach (var item in (IEnumerable)value)
            {
                var at = $"{path}[{index++}]";
                Walk(item ?? throw new TaskRefusedException(TaskErrorReasons.InvalidSpec, $"{at} is null; give a value, or leave it out"), at);
            }
        }
    }
}
