using Google.Protobuf;
using Google.Protobuf.Collections;
using ResNet.Net.Server.Wire;

namespace ResNet.Net.Server;

/// <summary>Converts between the messages of gRPC and inference requests.</summary>
internal static class InferMessages
{
    /// <exception cref="ServerException">The request is invalid.</exception>
    public static InferRequest Read(ModelInferRequest message, ModelRunner runner)
    {
        ModelContract contract = runner.Contract;
        if (message.Inputs.Count != 1)
        {
            throw ServerException.Invalid(
                $"The request has {message.Inputs.Count} inputs. Send either '{ModelContract.ImageInput}' or '{contract.TensorInput}'.");
        }

        List<RequestedOutput>? outputs = message.Outputs.Count > contract.Outputs.Count
            ? throw ServerException.Invalid($"The model has {contract.Outputs.Count} outputs, but the request names more.")
            : [.. message.Outputs.Select(o => new RequestedOutput(o.Name, ClassesOf(o), true))];
        return new InferRequest(
            message.Id.Length > 0 ? message.Id : null,
            ReadInput(message, runner.Inputs),
            OutputSelection.Resolve(contract, outputs, isBinary: true),
            InferJsonReader.TimeoutOf(IntegerOf(message.Parameters, ModelContract.TimeoutParameter)));
    }

    /// <summary>Writes a response. Outputs are raw contents, unless the request has contents of a type.</summary>
    public static ModelInferResponse Write(InferResponse response, bool isRaw)
    {
        ModelInferResponse message = new()
        {
            ModelName = response.ModelName,
            ModelVersion = response.ModelVersion,
            Id = response.Id ?? "",
        };
        foreach (OutputTensor output in response.Outputs)
        {
            ModelInferResponse.Types.InferOutputTensor tensor = new() { Name = output.Name, Datatype = output.Datatype };
            tensor.Shape.Add(output.Shape);
            if (isRaw)
            {
                message.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(InferHttpWriter.ToBinary(output)));
            }
            else
            {
                tensor.Contents = new InferTensorContents();
                tensor.Contents.Fp32Contents.Add(output.Values ?? []);
                tensor.Contents.BytesContents.Add((output.Strings ?? []).Select(ByteString.CopyFromUtf8));
            }

            message.Outputs.Add(tensor);
        }

        return message;
    }

    private static InputTensor ReadInput(ModelInferRequest message, InputReader inputs)
    {
        ModelInferRequest.Types.InferInputTensor input = message.Inputs[0];
        int count = inputs.Check(input.Name, input.Datatype, input.Shape);
        bool isImage = input.Datatype == Datatypes.Bytes;
        if (message.RawInputContents.Count == 0)
        {
            InferTensorContents contents = input.Contents ?? new InferTensorContents();
            return isImage
                ? InputReader.FromElements([.. contents.BytesContents.Select(b => b.Memory)], count)
                : inputs.FromValues(contents.Fp32Contents.ToArray(), count);
        }

        if (message.RawInputContents.Count != 1 || input.Contents is not null)
        {
            throw ServerException.Invalid(
                "The request has one input, so it has one element in 'raw_input_contents' and no 'contents', or the reverse.");
        }

        ReadOnlyMemory<byte> raw = message.RawInputContents[0].Memory;
        return isImage ? InputReader.ReadElements(raw, count) : inputs.ReadValues(raw, count);
    }

    private static int? ClassesOf(ModelInferRequest.Types.InferRequestedOutputTensor output)
        => IntegerOf(output.Parameters, ModelContract.ClassificationParameter) is long count
            ? (int)Math.Clamp(count, int.MinValue, int.MaxValue)
            : null;

    private static long? IntegerOf(MapField<string, InferParameter> parameters, string name)
        => !parameters.TryGetValue(name, out InferParameter? parameter) ? null : parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param => (long)Math.Min(parameter.Uint64Param, long.MaxValue),
            _ => throw ServerException.Invalid($"The parameter '{name}' is not an integer."),
        };
}
