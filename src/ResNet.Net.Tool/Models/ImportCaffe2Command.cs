using System.Globalization;
using System.Security.Cryptography;
using ResNet.Net.Onnx;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Models;

/// <summary><c>resnet models import-caffe2</c>: converts Caffe2's two files to an ONNX file with labels and profile.</summary>
internal sealed class ImportCaffe2Command(OutputFormat format)
{
    /// <exception cref="IOException">An input file cannot be read, or is also the output file.</exception>
    /// <exception cref="OnnxModelException">The files are not a network that can be imported.</exception>
    public async Task<int> RunAsync(
        string init, string predict, string output, QuantizationFormat target, CancellationToken cancellationToken)
    {
        TextFiles.Check(output);
        TextFiles.CheckApart([init, predict], output);
        InputFile.Check("<init>", init, "the file with the weights: init_net.pb");
        InputFile.Check("<predict>", predict, "the file with the operators: predict_net.pb");
        byte[] initBytes = await InputFile.ReadAllBytesAsync(init, cancellationToken);
        byte[] predictBytes = await InputFile.ReadAllBytesAsync(predict, cancellationToken);
        (string initHash, string predictHash) = (HashOf(initBytes), HashOf(predictBytes));
        ResNetVariant? variant = ResNetVariant.All.FirstOrDefault(v => v.IsImported && v.Files[1].Sha256 == predictHash);
        string? published = variant?.Files[0].Sha256;
        bool isVerified = published == initHash;
        bool isOther = variant is null || (published is not null && !isVerified);
        Caffe2ImportResult result = Caffe2Importer.Import(
            Parse(init, initBytes), Parse(predict, predictBytes), new Caffe2ImportOptions { Format = target });
        cancellationToken.ThrowIfCancellationRequested();
        new ModelMetadata
        {
            Labels = LabelsFor(result.Model),
            Profile = PreprocessingProfile.Caffe2Area,
            OutputKind = variant?.OutputKind,
        }.WriteTo(result.Model);
        result.Model.Save(output);
        if (format == OutputFormat.Json)
        {
            (double? top1, double? top5) = isOther ? (null, null) : (variant!.Top1, variant.Top5);
            Caffe2Line line = new(
                init, initHash, predict, predictHash, variant?.Id, isVerified, top1, top5, result.Warnings, Path.GetFullPath(output));
            JsonLines.Write(line, ModelsJson.Default.Caffe2Line);
        }
        else
        {
            Print(init, initBytes, initHash);
            Print(predict, predictBytes, predictHash);
            Terminal.Out.WriteLine(Describe(variant, isVerified, isOther));
            foreach (string warning in result.Warnings)
            {
                Terminal.Error.WriteLine($"Warning: {warning}");
            }

            Terminal.Out.WriteLine($"Saved to {output}.");
        }

        return ExitCode.Success;
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Caffe2Net Parse(string path, byte[] bytes)
    {
        try
        {
            return Caffe2Net.Parse(bytes);
        }
        catch (OnnxModelException exception)
        {
            throw new OnnxModelException($"'{path}' cannot be read as a Caffe2 network: {exception.Message}", exception);
        }
    }

    private static void Print(string path, byte[] bytes, string sha256)
        => Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {bytes.Length} bytes, SHA-256 {sha256}"));

    private static string Describe(ResNetVariant? variant, bool isVerified, bool isOther)
    {
        if (variant is null)
        {
            return "Network: not a known variant, so its accuracy is unknown. "
                + "The ONNX file has the profile Caffe2Area and, for 1000 classes, the labels of ImageNet.";
        }

        string accuracy = $"published accuracy of top-1 {Format.Percent(variant.Top1)} %, top-5 {Format.Percent(variant.Top5)} %, "
            + $"with the profile {variant.Profile.Name}";
        return isOther ? $"Network: the operators of {variant.Id}, but different weights, so the accuracy is unknown."
            : isVerified ? $"Network: {variant.Id}, {accuracy}."
            : $"Network: the operators of {variant.Id}. No SHA-256 of its weights is published. "
                + $"If these are the published weights: {accuracy}.";
    }

    private static LabelSet? LabelsFor(OnnxModel model)
        => model.Graph.Outputs is [{ Shape: [.., { Value: long classes }] }] && classes == LabelSet.ImageNet.Count
            ? LabelSet.ImageNet
            : null;
}
