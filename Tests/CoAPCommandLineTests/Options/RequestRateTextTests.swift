// SPDX-License-Identifier: Apache-2.0

import CoAP
import Testing

@testable import CoAPCommandLine

@Suite("Rates of requests on the command line")
struct RequestRateTextTests {
    @Test(
        "A number in a time, and what may come at once",
        arguments: [
            ("50/s", RequestRate(perSecond: 50, burst: 100)), ("600/min", RequestRate(perSecond: 10, burst: 20)),
            ("36/h", RequestRate(perSecond: 0.01, burst: 1)), ("0.5/s", RequestRate(perSecond: 0.5, burst: 1)),
            ("50/s:200", RequestRate(perSecond: 50, burst: 200)),
        ])
    func rates(text: String, rate: RequestRate) throws {
        #expect(try RequestRateText.parse(text, of: "--rate") == rate)
    }

    @Test("None")
    func off() throws { #expect(try RequestRateText.parse("off", of: "--rate") == nil) }

    @Test(
        "What is no rate",
        arguments: [
            "", "50", "/s", "0/s", "-1/s", "50/", "50/d", "1e3/s", "50/s:", "50/s:0", "50/s:1:2", "50/s/s", "nan/s",
        ])
    func none(text: String) { #expect(throws: CoAPError.self) { try RequestRateText.parse(text, of: "--rate") } }

    @Test("coap-server refuses beyond it, and says what a rate looks like")
    func server() async throws {
        let server = try await RunningServer(
            listen: ["coap://127.0.0.1:0"], arguments: ["--address-rate", "1/h:2"])
        var results: [ToolResult] = []
        for _ in 0..<3 { results.append(try await ToolProcess.run(.get, [server.coap("/device")])) }
        #expect(results[0].status == 0 && results[1].status == 0, "\(results[0].transcript)")
        #expect(results[2].status != 0 && results[2].transcript.contains("4.29"), "\(results[2].transcript)")
        let wrong = try await ToolProcess.run(.server, ["--address-rate", "fast"])
        #expect(wrong.status == 64 && wrong.complainsOnce && wrong.transcript.contains("50/s"), "\(wrong.transcript)")
    }
}
