import CoAP
import Foundation

public func scratchBench() async throws {
    let args = CommandLine.arguments
    // coap conns window secs runs [uri,pid]...
    let key = try ClientSecurity.preSharedKey(identity: "me", key: Secret("secretsecretsecret".utf8))
    var targets: [Bench.Target] = []
    for t in args[5...] {
        let p = t.split(separator: ",")
        let uri = try CoAPURI(String(p[0]))
        var o = Options(); o.uriPath = uri.path
        targets.append(
            .init(
                name: "\(uri)",
                plan: LoadPlan(
                    uri: uri, request: Request(method: .get, options: o), connections: Int(args[1])!,
                    window: Int(args[2])!, duration: .milliseconds(Int(Double(args[3])! * 1000)),
                    warmUp: .milliseconds(300), serverProcess: Int32(p[1])),
                security: uri.scheme == .coap ? .plain : key))
    }
    var runs = targets.map { _ in [LoadResult]() }
    for _ in 0..<Int(args[4])! { for (i, t) in targets.enumerated() { runs[i].append(try await Bench.run(t)) } }
    print(BenchReport(names: targets.map(\.name), runs: runs).text)
}
