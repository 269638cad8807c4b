//! Every refusal of a session, against a device that panics when it is asked for what it need not expect.
#![allow(clippy::unwrap_used, reason = "a test that panics says what went wrong")]

use std::sync::{Arc, Mutex};

use super::mock::{Mock, State};
use super::*;
use crate::kernel::Access;

struct Scene {
    session: Session,
    state: Arc<Mutex<State>>,
}

fn scene_with(limits: SessionLimits) -> Scene {
    let mock = Mock::default();
    let state = mock.0.clone();
    Scene { session: Session::new(Box::new(mock), limits), state }
}

fn scene() -> Scene {
    scene_with(SessionLimits::default())
}

fn kernel(bindings: Vec<Binding>, workgroup_size: [u32; 3]) -> Kernel {
    let module = naga::Module::default();
    let info =
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty()).validate(&module).unwrap();
    Kernel { module, info, bindings, workgroup_size, loop_iterations: 1, fingerprint: [0; 32], source: "".into() }
}

fn binding(group: u32, binding: u32, access: Access, bytes_min: u64) -> Binding {
    Binding { group, binding, name: format!("b{binding}"), access, bytes_min, stride: Some(4) }
}

fn bound(binding: u32, buffer: u32, offset: u64, bytes: u64) -> BindingRange {
    BindingRange { group: 0, binding, buffer: BufferId(buffer.into()), offset, bytes }
}

impl Scene {
    fn pipeline(&mut self, bindings: Vec<Binding>, workgroup_size: [u32; 3]) -> u32 {
        self.session.add_kernel(&kernel(bindings, workgroup_size), [3; 32]).unwrap()
    }

    /// One binding that is read, one that is written.
    fn copier(&mut self) -> u32 {
        self.pipeline(vec![binding(0, 0, Access::Read, 4), binding(0, 1, Access::ReadWrite, 8)], [64, 1, 1])
    }

    fn dispatched(&self) -> usize {
        self.state.lock().unwrap().dispatches.len()
    }
}

#[track_caller]
fn invalid_with<T: std::fmt::Debug>(answer: Result<T, Fault>, part: &str) {
    match answer {
        Err(Fault::Invalid(text)) => assert!(text.contains(part), "{text:?} does not say {part:?}"),
        other => panic!("{other:?}, expected an invalid call with {part:?}"),
    }
}

#[track_caller]
fn handle_with<T: std::fmt::Debug>(answer: Result<T, Fault>, part: &str) {
    match answer {
        Err(Fault::Handle(text)) => assert!(text.contains(part), "{text:?} does not say {part:?}"),
        other => panic!("{other:?}, expected a bad handle with {part:?}"),
    }
}

#[track_caller]
fn quota_with<T: std::fmt::Debug>(answer: Result<T, Fault>, part: &str) {
    match answer {
        Err(Fault::Quota(text)) => assert!(text.contains(part), "{text:?} does not say {part:?}"),
        other => panic!("{other:?}, expected a quota with {part:?}"),
    }
}

#[test]
fn buffers_have_a_size_that_is_a_multiple_of_4_and_within_1_gib() {
    let mut s = scene_with(SessionLimits { buffer_bytes: 2 << 30, ..SessionLimits::default() });
    for bytes in [0, 1, 2, 3, 5, 4_097, u64::MAX, (1 << 30) + 1] {
        invalid_with(s.session.create_buffer(bytes), "multiple of 4");
    }
    invalid_with(s.session.create_buffer((1 << 30) + 4), "at most 1073741824");
    invalid_with(s.session.create_buffer(u64::MAX - 3), "at most 1073741824");
    assert_eq!(s.session.create_buffer(1 << 30), Ok(1));
    assert_eq!(s.session.create_buffer(4), Ok(2), "a failed call takes no handle");
}

#[test]
fn the_quota_of_bytes_counts_what_is_alive() {
    let mut s = scene_with(SessionLimits { buffer_bytes: 100, ..SessionLimits::default() });
    let a = s.session.create_buffer(60).unwrap();
    let b = s.session.create_buffer(40).unwrap();
    quota_with(s.session.create_buffer(4), "gpu_buffer_bytes, 100");
    s.session.destroy_buffer(a).unwrap();
    quota_with(s.session.create_buffer(64), "gpu_buffer_bytes");
    let c = s.session.create_buffer(60).unwrap();
    assert_eq!([a, b, c], [1, 2, 3], "handles are not reused");
}

#[test]
fn the_quota_of_objects_counts_all_kinds() {
    let mut s = scene_with(SessionLimits { objects: 2, ..SessionLimits::default() });
    let pipeline = s.copier();
    let buffer = s.session.create_buffer(4).unwrap();
    quota_with(s.session.create_buffer(4), "gpu_objects, 2");
    quota_with(s.session.create_shader("@compute @workgroup_size(1) fn main() {}"), "gpu_objects, 2");
    s.session.destroy_pipeline(pipeline).unwrap();
    assert!(s.state.lock().unwrap().pipelines.is_empty());
    s.session.create_buffer(4).unwrap();
    s.session.destroy_buffer(buffer).unwrap();
}

#[test]
fn a_handle_is_of_its_kind_and_alive() {
    let mut s = scene();
    let buffer = s.session.create_buffer(8).unwrap();
    let pipeline = s.copier();
    for handle in [0, 77, u32::MAX] {
        handle_with(s.session.destroy_buffer(handle), "names nothing");
        handle_with(s.session.write_buffer(handle, 0, &[0; 4]), "names nothing");
        handle_with(s.session.read_buffer(handle, 0, &mut [0; 4]), "names nothing");
        handle_with(s.session.clear_buffer(handle, 0, 4), "names nothing");
        handle_with(s.session.copy_buffer(buffer, 0, handle, 0, 4), "names nothing");
        handle_with(s.session.copy_buffer(handle, 0, buffer, 0, 4), "names nothing");
        handle_with(s.session.destroy_shader(handle), "names nothing");
        handle_with(s.session.create_pipeline(handle, "main", &[]), "names nothing");
        handle_with(s.session.destroy_pipeline(handle), "names nothing");
        handle_with(s.session.dispatch(handle, &[], [1; 3]), "names nothing");
    }
    handle_with(s.session.destroy_buffer(pipeline), "is a pipeline, not a buffer");
    handle_with(s.session.destroy_shader(buffer), "is a buffer, not a shader");
    handle_with(s.session.create_pipeline(pipeline, "", &[]), "is a pipeline, not a shader");
    handle_with(s.session.dispatch(buffer, &[], [1; 3]), "is a buffer, not a pipeline");
    s.session.destroy_buffer(buffer).unwrap();
    handle_with(s.session.destroy_buffer(buffer), "destroyed");
    handle_with(s.session.read_buffer(buffer, 0, &mut []), "destroyed");
    assert!(s.state.lock().unwrap().buffers.is_empty());
}

#[test]
fn transfers_are_aligned_and_inside() {
    let mut s = scene();
    let (a, b) = (s.session.create_buffer(16).unwrap(), s.session.create_buffer(8).unwrap());
    for (offset, bytes, part) in
        [(1, 4, "multiples of 4"), (0, 3, "multiples of 4"), (16, 4, "pass its end, at 16"), (u64::MAX - 3, 4, "pass its end")]
    {
        invalid_with(s.session.write_buffer(a, offset, &vec![0; bytes]), part);
        invalid_with(s.session.read_buffer(a, offset, &mut vec![0; bytes]), part);
        invalid_with(s.session.clear_buffer(a, offset, bytes as u64), part);
        invalid_with(s.session.copy_buffer(a, offset, b, 0, bytes as u64), part);
    }
    invalid_with(s.session.clear_buffer(a, 4, u64::MAX - 3), "pass its end");
    invalid_with(s.session.copy_buffer(a, 0, b, 4, 8), "pass its end, at 8");
    invalid_with(s.session.copy_buffer(a, 0, b, 2, 4), "multiples of 4");
    invalid_with(s.session.copy_buffer(a, 0, a, 8, 4), "copied to itself");

    s.session.write_buffer(a, 4, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
    s.session.copy_buffer(a, 4, b, 0, 8).unwrap();
    s.session.clear_buffer(a, 4, 4).unwrap();
    let mut seen = [9; 16];
    s.session.read_buffer(a, 0, &mut seen).unwrap();
    assert_eq!(seen, [0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8, 0, 0, 0, 0]);
    s.session.read_buffer(b, 0, &mut seen[..8]).unwrap();
    assert_eq!(seen[..8], [1, 2, 3, 4, 5, 6, 7, 8]);

    // No bytes: the device, which would panic, is not asked.
    s.session.write_buffer(a, 16, &[]).unwrap();
    s.session.read_buffer(a, 16, &mut []).unwrap();
    s.session.clear_buffer(a, 0, 0).unwrap();
    s.session.copy_buffer(a, 16, b, 8, 0).unwrap();
    invalid_with(s.session.write_buffer(a, 20, &[]), "pass its end");
}

#[test]
fn a_large_buffer_is_cleared_whole() {
    let mut s = scene();
    let bytes = 200_004;
    let buffer = s.session.create_buffer(bytes).unwrap();
    s.session.write_buffer(buffer, 0, &vec![7; bytes as usize]).unwrap();
    s.session.clear_buffer(buffer, 4, bytes - 8).unwrap();
    let mut seen = vec![1; bytes as usize];
    s.session.read_buffer(buffer, 0, &mut seen).unwrap();
    assert_eq!(seen.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 8 * 7);
}

#[test]
fn bindings_are_complete_and_no_more() {
    let mut s = scene();
    let pipeline = s.copier();
    let (a, b) = (s.session.create_buffer(1_024).unwrap(), s.session.create_buffer(1_024).unwrap());
    let mut refuse = |ranges: &[BindingRange], part: &str| invalid_with(s.session.dispatch(pipeline, ranges, [1; 3]), part);
    refuse(&[], "@group(0) @binding(0) (b0) is not bound");
    refuse(&[bound(0, a, 0, 4)], "@group(0) @binding(1) (b1) is not bound");
    refuse(&[bound(0, a, 0, 4), bound(1, b, 0, 8), bound(2, a, 0, 4)], "@binding(2) is bound, and the entry point does not use it");
    refuse(&[bound(0, a, 0, 4), bound(1, b, 0, 8), BindingRange { group: 1, ..bound(1, b, 0, 8) }], "@group(1) @binding(1) is bound");
    refuse(&[bound(0, a, 0, 4), bound(0, a, 0, 4), bound(1, b, 0, 8)], "@binding(0) is bound twice");
    refuse(&[bound(0, a, 0, 4), bound(1, b, 0, 4)], "a range of 4 bytes; the shader needs at least 8");
    refuse(&[bound(0, a, 0, 4), bound(16, b, 0, 8)], "bindings from 0 to 15");
    refuse(&[bound(0, a, 0, 4), BindingRange { group: 4, ..bound(1, b, 0, 8) }], "groups go from 0 to 3");
    refuse(&[bound(0, a, 0, 4); 17], "17 ranges are bound: at most 16");
    refuse(&[bound(0, a, 128, 4), bound(1, b, 0, 8)], "the offset 128 is not a multiple of 256");
    refuse(&[bound(0, a, 0, 0), bound(1, b, 0, 8)], "a range of 0 bytes");
    refuse(&[bound(0, a, 0, 6), bound(1, b, 0, 8)], "a range of 6 bytes");
    refuse(&[bound(0, a, 768, 260), bound(1, b, 0, 8)], "260 bytes at offset 768 pass the end");
    refuse(&[bound(0, a, u64::MAX - 255, 256), bound(1, b, 0, 8)], "pass the end");
    let dead = s.session.create_buffer(64).unwrap();
    s.session.destroy_buffer(dead).unwrap();
    handle_with(s.session.dispatch(pipeline, &[bound(0, dead, 0, 4), bound(1, b, 0, 8)], [1; 3]), "destroyed");
    let huge = BindingRange { buffer: BufferId(1 << 32 | u64::from(a)), ..bound(0, a, 0, 4) };
    handle_with(s.session.dispatch(pipeline, &[huge, bound(1, b, 0, 8)], [1; 3]), "no handle is as large");
    assert_eq!(s.dispatched(), 0);

    s.session.dispatch(pipeline, &[bound(1, b, 256, 768), bound(0, a, 0, 1_024)], [2, 3, 4]).unwrap();
    let seen = s.state.lock().unwrap().dispatches.pop().unwrap();
    let places: Vec<(u32, u64, u64)> = seen.1.iter().map(|range| (range.binding, range.offset, range.bytes)).collect();
    assert_eq!(places, [(0, 0, 1_024), (1, 256, 768)], "in the order of the kernel's bindings");
    assert!(seen.1.iter().all(|range| range.buffer.0 > 1_000), "by the device's own ids");
    assert_eq!(seen.2, [2, 3, 4]);
}

#[test]
fn what_is_written_is_bound_once() {
    let mut s = scene();
    let all = [Access::ReadWrite, Access::ReadWrite, Access::Read, Access::Uniform];
    let bindings = (0..4).zip(all).map(|(place, access)| binding(0, place, access, 4)).collect();
    let pipeline = s.pipeline(bindings, [1, 1, 1]);
    let buffers: Vec<u32> = (0..4).map(|_| s.session.create_buffer(1 << 17).unwrap()).collect();
    let mut dispatch = |ranges: [BindingRange; 4]| s.session.dispatch(pipeline, &ranges, [1; 3]);
    let [a, b, c, d] = buffers[..] else { panic!("four buffers") };

    invalid_with(
        dispatch([bound(0, a, 0, 260), bound(1, a, 256, 4), bound(2, c, 0, 4), bound(3, d, 0, 4)]),
        "(b0) and @group(0) @binding(1) (b1) overlap",
    );
    invalid_with(dispatch([bound(0, a, 256, 4), bound(1, a, 0, 260), bound(2, c, 0, 4), bound(3, d, 0, 4)]), "overlap");
    invalid_with(dispatch([bound(0, a, 0, 4), bound(1, a, 0, 4), bound(2, c, 0, 4), bound(3, d, 0, 4)]), "overlap");
    invalid_with(
        dispatch([bound(0, a, 0, 4), bound(1, b, 0, 4), bound(2, b, 256, 4), bound(3, d, 0, 4)]),
        "one for reading and one for writing",
    );
    invalid_with(
        dispatch([bound(0, a, 0, 4), bound(1, b, 0, 4), bound(2, c, 0, 4), bound(3, a, 256, 4)]),
        "one for reading and one for writing",
    );
    invalid_with(
        dispatch([bound(0, a, 0, 4), bound(1, b, 0, 4), bound(2, c, 0, 4), bound(3, d, 0, 65_540)]),
        "a uniform has at most 65536",
    );
    dispatch([bound(0, a, 0, 256), bound(1, a, 256, 4), bound(2, c, 0, 8), bound(3, c, 0, 8)]).unwrap();
    dispatch([bound(0, a, 0, 4), bound(1, b, 0, 4), bound(2, c, 0, 1 << 17), bound(3, d, 0, 65_536)]).unwrap();
}

#[test]
fn dispatches_and_invocations_are_counted() {
    let mut s = scene_with(SessionLimits { dispatches: 3, invocations: 1_000, ..SessionLimits::default() });
    let pipeline = s.pipeline(Vec::new(), [8, 4, 2]);
    for groups in [[65_536, 1, 1], [1, u32::MAX, 1], [0, 0, 65_536]] {
        invalid_with(s.session.dispatch(pipeline, &[], groups), "at most 65535");
    }
    s.session.dispatch(pipeline, &[], [0, 65_535, 65_535]).unwrap();
    assert_eq!(s.dispatched(), 0, "nothing runs, and the device is not asked");
    s.session.dispatch(pipeline, &[], [3, 5, 1]).unwrap();
    assert_eq!(s.session.take_work(), 960);
    assert_eq!(s.session.dispatch(pipeline, &[], [1, 1, 1]), Err(Fault::Limit("gpu_invocations")));
    assert_eq!(s.session.create_buffer(4), Err(Fault::Limit("gpu_invocations")), "the session has ended");

    let mut s = scene_with(SessionLimits { dispatches: 2, ..SessionLimits::default() });
    let pipeline = s.pipeline(Vec::new(), [1, 1, 1]);
    s.session.dispatch(pipeline, &[], [0, 1, 1]).unwrap();
    s.session.dispatch(pipeline, &[], [1, 1, 1]).unwrap();
    assert_eq!(s.session.dispatch(pipeline, &[], [0, 1, 1]), Err(Fault::Limit("gpu_dispatches")), "an empty dispatch is one too");

    let mut s = scene_with(SessionLimits { invocations: u64::MAX, ..SessionLimits::default() });
    let pipeline = s.pipeline(Vec::new(), [1_024, 1, 1]);
    s.session.dispatch(pipeline, &[], [65_535; 3]).unwrap();
    assert_eq!(s.session.take_work(), 65_535_u64.pow(3) * 1_024);
}

#[test]
fn work_is_held_against_what_is_left_before_anything_is_done() {
    let mut s = scene();
    s.session.set_work(15);
    let buffer = s.session.create_buffer(960).unwrap();
    assert_eq!(s.session.take_work(), 15);
    invalid_with(s.session.create_buffer(3), "multiple of 4");
    assert_eq!(s.session.take_work(), 0);
    s.session.set_work(14);
    assert_eq!(s.session.clear_buffer(buffer, 0, 960), Err(Fault::Work));

    let mut s = scene();
    let pipeline = s.pipeline(Vec::new(), [64, 1, 1]);
    s.session.set_work(63);
    assert_eq!(s.session.dispatch(pipeline, &[], [1; 3]), Err(Fault::Work));
    assert_eq!(s.dispatched(), 0);
}

#[test]
fn how_a_dispatch_ends_ends_the_session_or_not() {
    let mut s = scene();
    let pipeline = s.pipeline(Vec::new(), [1, 1, 1]);
    s.state.lock().unwrap().end = Some(Ok(DispatchEnd::LoopBudgetExceeded));
    assert_eq!(s.session.dispatch(pipeline, &[], [1; 3]), Err(Fault::Limit("gpu_loop_iterations")));
    assert_eq!(s.session.destroy_pipeline(pipeline), Err(Fault::Limit("gpu_loop_iterations")));

    let mut s = scene();
    let pipeline = s.pipeline(Vec::new(), [1, 1, 1]);
    s.state.lock().unwrap().end = Some(Err(DeviceError("the device was lost".to_owned())));
    assert_eq!(s.session.dispatch(pipeline, &[], [1; 3]), Err(Fault::Abstain("the device was lost".to_owned())));
    assert_eq!(s.session.dispatch(pipeline, &[], [0; 3]), Err(Fault::Abstain("the device was lost".to_owned())));
}

#[test]
fn shaders_are_held_to_their_size_before_they_are_read() {
    let mut s = scene_with(SessionLimits { shader_bytes: 10, ..SessionLimits::default() });
    quota_with(s.session.create_shader("01234567890"), "shader_bytes, 10");
    assert_eq!(s.session.take_work(), 0);
    assert!(matches!(s.session.create_shader("not a word"), Err(Fault::Refused(_))));
    assert_eq!(s.session.take_work(), 1_000, "reading it was work, though it is refused");
}

#[test]
fn constants_are_sorted_unique_and_finite() {
    let constant = |name: &str, value: f64| (name.to_owned(), value);
    let sorted = identity::sorted(&[constant("b", 1.0), constant("a", 2.0)]).unwrap();
    assert_eq!(sorted, [constant("a", 2.0), constant("b", 1.0)]);
    invalid_with(identity::sorted(&[constant("a", 1.0), constant("b", 1.0), constant("a", 1.0)]), "\"a\" is given twice");
    invalid_with(identity::sorted(&[constant("a", f64::NAN)]), "must be finite");
    invalid_with(identity::sorted(&[constant("a", f64::NEG_INFINITY)]), "must be finite");
    invalid_with(identity::sorted(&[constant(&"a".repeat(1_025), 1.0)]), "1025 bytes");
    invalid_with(identity::sorted(&vec![constant("a", 1.0); 257]), "257 constants");
    assert_ne!(pipeline_identity("s", "a", &sorted), pipeline_identity("s", "a", &sorted[1..]));
    assert_ne!(pipeline_identity("s", "ab", &[]), pipeline_identity("s", "a", &[]));
}

#[test]
fn a_text_is_cut_between_characters() {
    let text = cut("ä".repeat(MESSAGE_BYTES_MAX));
    assert!(text.len() <= MESSAGE_BYTES_MAX && text.len() > MESSAGE_BYTES_MAX - 4);
    assert!(text.ends_with("ä\n…"));
    assert_eq!(cut("short".to_owned()), "short");
}

#[test]
fn an_entry_point_may_be_left_out_where_there_is_one() {
    let mut s = scene();
    let one = s.session.create_shader("@compute @workgroup_size(3) fn only() {}").unwrap();
    let two = s.session.create_shader("@compute @workgroup_size(1) fn a() {} @compute @workgroup_size(1) fn b() {}").unwrap();
    let pipeline = s.session.create_pipeline(one, "", &[]).unwrap();
    assert_eq!(s.session.identity(pipeline), Some(pipeline_identity("@compute @workgroup_size(3) fn only() {}", "only", &[])));
    assert_eq!(s.session.identity(one), None);
    match s.session.create_pipeline(two, "", &[]) {
        Err(Fault::Refused(text)) => assert!(text.contains("2 compute entry points (a, b): name one"), "{text}"),
        other => panic!("{other:?}"),
    }
    assert!(s.session.create_pipeline(two, "b", &[]).is_ok());
    assert!(matches!(s.session.create_pipeline(two, "c", &[]), Err(Fault::Refused(_))));
    invalid_with(s.session.create_pipeline(two, &"c".repeat(1_025), &[]), "1025 bytes");
}

/// A fault of this program, or a machine that has no thread left, says nothing about the shader.
#[test]
fn a_fault_of_this_program_is_no_refusal() {
    let reason = |rule| crate::refusal::Reason { rule, line: 0, column: 0, message: "what".to_owned(), hint: String::new() };
    let fault = |rules: &[&'static str]| Fault::from(Refused { reasons: rules.iter().map(|rule| reason(rule)).collect() });
    assert!(matches!(fault(&["syntax"]), Fault::Refused(_)));
    assert!(matches!(fault(&["syntax", "internal"]), Fault::Abstain(_)));
}
