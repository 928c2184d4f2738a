namespace ResNet.Net.Comparison;

/// <summary>Lists the contestants in the order of the tables.</summary>
internal static class ContestantList
{
    public const string ReferenceId = "ours";
    public const string DecodeRunId = "decode-run";
    public const string RunOnlyId = "run";

    public static IReadOnlyList<Contestant> All { get; } =
    [
        new(ReferenceId, "**ResNet.Net**", ContestantRole.Ours, () => ContestantProcess.OfThisProgram(ContestantProcess.Ours)),
        new(
            "ours-turbo",
            "**ResNet.Net**, `LibJpegTurboDecoder`",
            ContestantRole.Ours,
            () => ContestantProcess.OfThisProgram(ContestantProcess.Ours),
            OursPeer.TurboVariant),
        new(
            "tutorial",
            "Tutorial code: ONNX Runtime, ImageSharp",
            ContestantRole.Peer,
            () => ContestantProcess.OfThisProgram(ContestantProcess.Tutorial)),
        new(
            "tutorial-tuned",
            "Tutorial code, one thread per run",
            ContestantRole.Peer,
            () => ContestantProcess.OfThisProgram(ContestantProcess.Tutorial),
            TutorialPeer.TunedVariant) { MeasuresLatency = false },
        new("mlnet", "ML.NET", ContestantRole.Peer, () => PeerPrograms.DotnetProject("MlNet")),
        new("opencvsharp", "OpenCvSharp, DNN module", ContestantRole.Peer, () => PeerPrograms.DotnetProject("OpenCvSharp")),
        new("node", "Node.js, onnxruntime-node and sharp", ContestantRole.Peer, PeerPrograms.Node),
        new("python-opencv", "Python, OpenCV DNN module", ContestantRole.Peer, () => PeerPrograms.Python("opencv_peer.py")),
        new("python-torch", "Python, PyTorch and torchvision", ContestantRole.Peer, () => PeerPrograms.Python("torch_peer.py")),
        new(
            DecodeRunId,
            "floor: decode and `RunWithBinding`",
            ContestantRole.Floor,
            () => ContestantProcess.OfThisProgram(ContestantProcess.Floor)),
        new(
            RunOnlyId,
            "floor: `RunWithBinding` alone",
            ContestantRole.Floor,
            () => ContestantProcess.OfThisProgram(ContestantProcess.Floor),
            FloorPeer.RunVariant),
    ];
}
