using System.Text.Json;

namespace ResNet.Net.Docs.Tests;

/// <summary>The templates of <c>dotnet new</c> offer the variants of the library.</summary>
public class TemplateVariantTests
{
    private static IEnumerable<ResNetVariant> Classifiers => ResNetVariant.All.Where(v => !v.IsBackbone);

    [Theory]
    [InlineData("resnet-console")]
    [InlineData("resnet-webapi")]
    public void Choices_OfATemplate_AreTheVariants(string template)
    {
        JsonElement symbol = Symbols(template).GetProperty("variant");

        symbol.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("choice").GetString())
            .Should().BeEquivalentTo(Classifiers.Select(v => v.Id));
        symbol.GetProperty("defaultValue").GetString().Should().Be(ResNetVariant.Cifar10ResNet20.Id);
    }

    [Fact]
    public void Properties_OfTheConsoleTemplate_AreThoseOfTheVariants()
    {
        JsonElement cases = Symbols("resnet-console").GetProperty("variantProperty").GetProperty("parameters").GetProperty("cases");

        cases.EnumerateArray().Select(c => (c.GetProperty("condition").GetString(), PropertyValue(c.GetProperty("value").GetString()!)))
            .Should().BeEquivalentTo(Classifiers.Select(v => ($"(variant == '{v.Id}')", v)));
    }

    private static ResNetVariant? PropertyValue(string name) => (ResNetVariant?)typeof(ResNetVariant).GetProperty(name)?.GetValue(null);

    private static JsonElement Symbols(string template)
    {
        string[] path = [TestFolders.Repository, "src", "ResNet.Net.Templates", "templates", template, ".template.config", "template.json"];
        return JsonDocument.Parse(File.ReadAllText(Path.Combine(path))).RootElement.GetProperty("symbols");
    }
}
