using ResNet.Net.Comparison;

return PeerHost.Run(args, arguments => new MlNetPeer(arguments));
