// SPDX-License-Identifier: Apache-2.0

import CoAP
import CoAPCredentials
import DeviceSimulator
import Foundation

/// How one run of `coap record` is to go, and its way from the list of resources to the file.
struct RecordingPlan: Sendable {
    /// The file; `-` for the standard output.
    let output: String
    /// The scenario's name.
    let name: String
    /// The time between two questions.
    let interval: Duration
    /// How long to record; nil until the task is cancelled.
    let duration: Duration?

    /// Records, writes the file and says what is in it. A task that is cancelled has the recording end here.
    ///
    /// - Throws: `CoAPError` with code `limitReached` when nothing gives a number, with `unreachable` when at the end nothing came any
    ///   more, and what the session throws before; `OutputError`; ``Finished`` for a scenario that cannot be read.
    func record(
        _ authority: String, _ paths: [String], on session: ClientSession, to place: ScenarioOutput
    ) async throws {
        let choice = RecordingChoice(try await links(paths, on: session), paths: paths)
        let findings = try await ResourceProbe(session: session).findings(choice.candidates)
        var skipped = choice.skipped
        var kept: [(candidate: RecordingChoice.Candidate, first: Response?)] = []
        for (candidate, finding) in zip(choice.candidates, findings) {
            if let reason = finding.refusal {
                skipped.append(.init(path: "/" + candidate.path, reason: reason))
            } else if !ScenarioFiles.isReadable(Self.plain(candidate.path)) {
                skipped.append(.init(path: "/" + candidate.path, reason: "a scenario has no such path"))
            } else {
                kept.append((candidate, finding.response))
            }
        }
        guard !kept.isEmpty else { throw Self.nothing(authority, paths, skipped) }
        let all = kept.map(\.candidate.path)
        try place.check(tables: ScenarioFiles.tableNames(for: all, output: output))
        let date = Date()
        let recording = Recording(kept.map(\.candidate))
        for (number, first) in kept.map(\.first).enumerated() {
            if let first { recording.take(first, of: number) }
        }
        let recorder = Recorder(
            session: session, recording: recording, candidates: kept.map(\.candidate), interval: interval)
        let recorded = Task { await recorder.run() }
        await wait(recording)
        // Written at once: somebody who has lost patience gives the process a second to end.
        let (resources, silence) = (recording.snapshot, recording.silence(after: recorder.patience))
        let seconds = recording.time
        recorded.cancel()
        let result = Result { try finish(resources, skipped, authority, (seconds, silence), date, place) }
        await recorded.value
        try result.get()
    }

    /// What the server lists. Whoever names resources does not need a list.
    private func links(_ paths: [String], on session: ClientSession) async throws(CoAPError) -> LinkFormat {
        let isNeeded = paths.isEmpty || paths.contains { $0.contains("*") }
        do {
            return try await session.get(".well-known/core").decode(LinkFormat.self)
        } catch {
            guard !isNeeded, error.code != .cancelled else { throw error }
            return LinkFormat([])
        }
    }

    /// Waits for the end, and shows how far it is.
    private func wait(_ recording: Recording) async {
        let progress = ProgressLine()
        defer { progress.clear() }
        while !Task.isCancelled {
            let time = recording.time
            let left = duration.map { $0.inSeconds - time } ?? .infinity
            guard left > 0 else { return }
            let resources = recording.snapshot
            let values = resources.reduce(0) { $0 + $1.count }
            let speaking = resources.count { $0.count > 0 }
            progress.show(
                "recording: \(Int(time)) s" + (duration.map { " of \(Int($0.inSeconds.rounded(.up))) s" } ?? "")
                    + ", \(speaking) resources, \(values) values" + (duration == nil ? "; Ctrl-C ends it" : ""))
            try? await Task.sleep(for: .seconds(min(1, left)))
        }
    }

    private func finish(
        _ resources: [RecordedResource], _ skipped: [RecordingChoice.Skipped], _ authority: String,
        _ time: (all: Double, silence: (since: Double, reason: String)?), _ date: Date, _ place: ScenarioOutput
    ) throws {
        // What shows the same again ends where nothing came any more.
        let seconds = max(time.silence?.since ?? time.all, 0.001)
        var scenario = RecordedScenario.scenario(
            of: resources, from: authority, name: name, duration: (seconds * 1_000).rounded() / 1_000, date: date)
        guard !scenario.groups[0].resources.isEmpty else {
            let silent = resources.map {
                RecordingChoice.Skipped(path: "/" + $0.candidate.path, reason: $0.lastFailure ?? "no value came")
            }
            throw Self.nothing(authority, [], skipped + silent)
        }
        scenario.groups[0].resources = scenario.groups[0].resources.map(ScenarioFiles.readable)
        let files = ScenarioFiles(scenario, output: output, paths: resources.map(\.candidate.path))
        let unreadable = try files.write(to: place)
        var text = RecordingReport.text(
            resources, skipped, from: authority, to: output, seconds: seconds, on: .output)
        if let silence = time.silence {
            text +=
                "nothing came after \(Self.rounded(silence.since)) s, until the end at \(Self.rounded(time.all)) s\n"
        }
        let hint = output == "-" ? "" : "play it back with: coap-server --scenario \(ShellText.quoted(scenarioPath))\n"
        if output == "-" { Terminal.writeError(text) } else { try Terminal.write(text + hint) }
        if let unreadable {
            Terminal.complain("the scenario was written, but has to be mended by hand: \(unreadable.message)")
            throw Finished(status: ExitStatus.badData)
        }
        if let silence = time.silence {
            throw CoAPError(
                .unreachable,
                "\(authority) has not answered since \(Self.rounded(silence.since)) s after the start (\(silence.reason)); what came "
                    + "until then is written")
        }
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }

    /// Something of a path, to see whether a scenario may have it.
    private static func plain(_ path: String) -> DeviceResource {
        DeviceResource(
            path: path, .sensor(Sensor(quantity: "value", unit: "/", signal: .replay(ReplayTrack(points: [])))))
    }

    /// The file as `coap-server` takes it for a file and not for a name.
    private var scenarioPath: String { output.contains("/") || output.contains(".") ? output : "./" + output }

    private static func nothing(
        _ authority: String, _ paths: [String], _ skipped: [RecordingChoice.Skipped]
    ) -> CoAPError {
        let reasons = skipped.prefix(5).map { "\(PrintableText.escaped($0.path.utf8)): \($0.reason)" }
        let shown = paths.map { PrintableText.escaped($0.utf8) }.joined(separator: " ")
        var message = "there is nothing to record at \(authority)"
        if !paths.isEmpty { message += " by --path \(shown)" }
        if !reasons.isEmpty { message += " (\(reasons.joined(separator: "; ")))" }
        return CoAPError(
            .limitReached, message + "; see what it has with: coap discover \(ShellText.quoted(authority))")
    }
}
