using System.Text.Json.Nodes;
using TextOps.Kubernetes.Schema;

namespace TextOps.Kubernetes.Tests.Schema;

public sealed class StructuralSchemaTests
{
    [Theory]
    [InlineData("""{"type":"integer","minimum":1}""", "1", null)]
    [InlineData("""{"type":"integer","minimum":1}""", "0", "f: Invalid value: 0: f in body should be greater than or equal to 1")]
    [InlineData("""{"type":"integer","maximum":10}""", "11", "f: Invalid value: 11: f in body should be less than or equal to 10")]
    [InlineData("""{"type":"number","maximum":1,"exclusiveMaximum":true}""", "1", "f: Invalid value: 1: f in body should be less than 1")]
    [InlineData("""{"type":"number","minimum":0.5}""", "0.25", "f: Invalid value: 0.25: f in body should be greater than or equal to 0.5")]
    [InlineData("""{"type":"number","maximum":10}""", "1e300", "f: Invalid value: 1e300: f in body should be less than or equal to 10")]
    [InlineData("""{"type":"integer"}""", "\"7\"", "f: Invalid value: \"string\": f in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"integer"}""", "7.5", "f: Invalid value: \"number\": f in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"integer","format":"int32"}""", "2147483648", "f: Invalid value: \"integer\": f in body must be of type int32: \"integer\"")]
    [InlineData("""{"type":"integer","format":"int64"}""", "2147483648", null)]
    [InlineData("""{"type":"string"}""", "true", "f: Invalid value: \"boolean\": f in body must be of type string: \"boolean\"")]
    [InlineData("""{"type":"boolean"}""", "true", null)]
    [InlineData("""{"type":"array"}""", "{}", "f: Invalid value: \"object\": f in body must be of type array: \"object\"")]
    [InlineData("""{"type":"object"}""", "[]", "f: Invalid value: \"array\": f in body must be of type object: \"array\"")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"c\"", "f: Unsupported value: \"c\": supported values: \"a\", \"b\"")]
    [InlineData("""{"type":"string","pattern":"^[a-z]+$"}""", "\"a1\"", "f: Invalid value: \"a1\": f in body should match '^[a-z]+$'")]
    [InlineData("""{"type":"string","pattern":"^(a+)+$"}""", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", "f: Invalid value: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\": f in body should match '^(a+)+$'")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"", "f: Invalid value: \"a\": f in body should be at least 2 chars long")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"abc\"", "f: Too long: may not be longer than 2")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"😀😀\"", null)]
    [InlineData("""{"type":"string","minLength":2}""", "\"😀\"", "f: Invalid value: \"\\uD83D\\uDE00\": f in body should be at least 2 chars long")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"yesterday\"", "f: Invalid value: \"yesterday\": f in body must be of type date-time: \"yesterday\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-01-02T03:04:05Z\"", null)]
    [InlineData("""{"type":"array","maxItems":1,"items":{"type":"integer"}}""", "[1,2]", "f: Too many: 2: must have at most 1 items")]
    [InlineData("""{"type":"array","minItems":1,"items":{"type":"integer"}}""", "[]", "f: Invalid value: 0: f in body should have at least 1 items")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "[1,\"x\"]", "f[1]: Invalid value: \"string\": f[1] in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"array","items":{"type":"string"},"x-kubernetes-list-type":"set"}""", "[\"a\",\"b\",\"a\"]", "f[2]: Duplicate value: \"a\"")]
    [InlineData("""{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer"}}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"]}""", """[{"k":"a","v":1},{"k":"a","v":2}]""", "f[1]: Duplicate value: {\"k\":\"a\"}")]
    [InlineData("""{"type":"object","maxProperties":1,"additionalProperties":{"type":"string"}}""", """{"a":"1","b":"2"}""", "f: Too many: 2: must have at most 1 items")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string","maxLength":1}}""", """{"a":"12"}""", "f.a: Too long: may not be longer than 1")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}""", "{}", "f.a: Required value")]
    [InlineData("""{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}""", "\"500m\"", null)]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "2", null)]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "2.5", "f: Invalid value: \"number\": f in body must be of type integer,string: \"number\"")]
    [InlineData("""{"type":"string","nullable":true}""", "null", null)]
    public void A_value_is_judged_in_the_servers_words(string schema, string value, string? message)
    {
        var messages = Field(schema).Validate(new JsonObject { ["f"] = JsonNode.Parse(value) });
        Assert.Equal(message is null ? [] : [message], messages);
    }

    [Fact]
    public void All_violations_are_told()
    {
        var messages = Field("""{"type":"object","required":["a","b"],"properties":{"c":{"type":"array","items":{"type":"object","required":["d"]}}}}""")
            .Validate(JsonNode.Parse("""{"f":{"b":1,"c":[{"d":1},{}]}}""")!.AsObject());
        Assert.Equal(["f.a: Required value", "f.c[1].d: Required value"], messages);
    }

    [Fact]
    public void Numbers_made_in_code_are_judged_like_parsed_ones()
    {
        var schema = Field("""{"type":"integer","minimum":1}""");
        Assert.Empty(schema.Validate(new JsonObject { ["f"] = 5 }));
        Assert.Empty(schema.Validate(new JsonObject { ["f"] = 5L }));
        Assert.Single(schema.Validate(new JsonObject { ["f"] = (short)0 }));
    }

    [Theory]
    [InlineData("{}", """{"f":{"a":1,"n":{"b":"x"}}}""", "defaults fill defaults")]
    [InlineData("""{"f":{}}""", """{"f":{"a":1,"n":{"b":"x"}}}""", "and what is half there")]
    [InlineData("""{"f":{"a":2,"n":{"b":"y"}}}""", """{"f":{"a":2,"n":{"b":"y"}}}""", "what is set stays")]
    [InlineData("""{"f":{"a":null,"o":null,"z":null}}""", """{"f":{"z":null,"a":1,"n":{"b":"x"}}}""", "null counts as absent unless it may be null")]
    [InlineData("""{"f":{"l":[{},{"c":5}]}}""", """{"f":{"l":[{"c":3},{"c":5}],"a":1,"n":{"b":"x"}}}""", "each item")]
    [InlineData("""{"f":{"m":{"k":{}}}}""", """{"f":{"m":{"k":{"c":3}},"a":1,"n":{"b":"x"}}}""", "each value of a map")]
    public void Absent_fields_get_their_defaults(string document, string expected, string because)
    {
        var schema = Field("""
            {"type":"object","default":{},"properties":{
              "a":{"type":"integer","default":1},
              "n":{"type":"object","default":{},"properties":{"b":{"type":"string","default":"x"}}},
              "o":{"type":"object","properties":{"p":{"type":"string","default":"only inside o"}}},
              "z":{"type":"string","nullable":true},
              "l":{"type":"array","items":{"type":"object","properties":{"c":{"type":"integer","default":3}}}},
              "m":{"type":"object","additionalProperties":{"type":"object","properties":{"c":{"type":"integer","default":3}}}}}}
            """);
        var actual = JsonNode.Parse(document)!.AsObject();
        schema.Default(actual);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{because}: {actual.ToJsonString()}");
    }

    [Fact]
    public void Unknown_fields_are_found_and_pruned()
    {
        var schema = Field("""
            {"type":"object","properties":{
              "shards":{"type":"integer"},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"known":{"type":"object","properties":{"q":{"type":"string"}}}}},
              "map":{"type":"object","additionalProperties":{"type":"object","properties":{"v":{"type":"string"}}}},
              "list":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}}}}
            """);
        var document = JsonNode.Parse("""
            {"apiVersion":"v1","kind":"K","metadata":{"name":"x","labls":{}},"sepc":1,
             "f":{"shard":1,"zzz":2,"free":{"any":{"thing":1},"known":{"r":1}},"map":{"key":{"v":"1","w":"2"}},"list":[{"name":"a"},{"nmae":"b"}]}}
            """)!.AsObject();
        var untouched = document.DeepClone();

        Assert.Equal(
        [
            "metadata.labls", "sepc", "f.shard", "f.zzz", "f.free.known.r", "f.map.key.w", "f.list[1].nmae",
        ], schema.FindUnknown(document));
        Assert.True(JsonNode.DeepEquals(untouched, document));

        schema.Prune(document);
        Assert.Equal(
            """{"apiVersion":"v1","kind":"K","metadata":{"name":"x"},"f":{"free":{"any":{"thing":1},"known":{}},"map":{"key":{"v":"1"}},"list":[{"name":"a"},{}]}}""",
            document.ToJsonString());
        Assert.Empty(schema.FindUnknown(document));
    }

    [Theory]
    [InlineData("""{"type":"string","oneOf":[]}""", "oneOf")]
    [InlineData("""{"type":"string","anyOf":[]}""", "anyOf")]
    [InlineData("""{"type":"object","properties":{"g":{"type":"integer","multipleOf":2}}}""", "f.g")]
    public void A_keyword_that_is_not_implemented_is_refused_by_name(string schema, string named)
    {
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => Field(schema)).Message, StringComparison.Ordinal);
    }

    private static StructuralSchema Field(string schema) =>
        StructuralSchema.Parse(new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["f"] = JsonNode.Parse(schema) } });
}
