namespace ResNet.Net;

/// <summary>A place on the network that serves the zoo's files. What it serves is verified: it is trusted with nothing but its availability.</summary>
public sealed record ModelSource
{
    private readonly string _template;

    private ModelSource(string name, string template)
    {
        Name = name;
        _template = template;
    }

    /// <summary>The zoo's home since July 2025: <c>huggingface.co/onnxmodelzoo</c>.</summary>
    public static ModelSource HuggingFace { get; } = new("Hugging Face", "https://huggingface.co/onnxmodelzoo/{id}/resolve/main/{file}");

    /// <summary>The large files of the repository <c>onnx/models</c> on GitHub.</summary>
    public static ModelSource GitHub { get; } = new("GitHub", "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/resnet/model/{file}");

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>A server of the caller's own that has the files under their own names.</summary>
    /// <param name="address">The address of its folder, <c>https</c> or <c>http</c>; <c>{id}</c> and <c>{file}</c> in it stand for the variant's. User name and password in it are sent to that server as basic authentication.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ArgumentException">The address is not an absolute http or https address.</exception>
    public static ModelSource Mirror(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        string template = address.Contains("{file}", StringComparison.Ordinal) ? address : $"{address.TrimEnd('/')}/{{file}}";
        if (!Uri.TryCreate(template.Replace("{id}", "id", StringComparison.Ordinal).Replace("{file}", "file", StringComparison.Ordinal), UriKind.Absolute, out Uri? example)
            || (example.Scheme != Uri.UriSchemeHttps && example.Scheme != Uri.UriSchemeHttp))
        {
            throw new ArgumentException($"'{address}' is no mirror: give the http or https address of the folder that holds the files, such as https://models.example.com/resnet/.", nameof(address));
        }

        return new ModelSource($"mirror {example.Authority}", template);
    }

    /// <summary>The address of a variant's model.</summary>
    /// <param name="variant">The variant.</param>
    /// <returns>Its address, with the user name and the password if the mirror was given with them.</returns>
    public Uri GetAddress(ResNetVariant variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        return GetAddress(StoredFile.ModelOf(variant));
    }

    internal Uri GetAddress(StoredFile file)
        => new(_template.Replace("{id}", file.Variant.Id, StringComparison.Ordinal).Replace("{file}", file.Name, StringComparison.Ordinal));

    /// <summary>The name; never a password.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
