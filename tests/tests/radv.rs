//! What AMD's compiler makes of strict kernels, without AMD's hardware: Mesa's RADV compiles for a chip that is not there, and prints the instructions.
//!
//! Looked for is what strictness forbids and a compiler may do on its own: sums fused with products where the kernel has no `fma`, and approximate instructions. Nothing runs, so this
//! says nothing of the bits; it says that the decorations of the tier `native` are heeded. wgpu opens no device on such hardware, so the driver is called directly, in a process of its
//! own: what it prints goes to that process's stderr, and its choice of a chip comes from the environment.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::PathBuf;
use std::process::Command;

use ash::vk;
use assay_gpu::adapter::{Plan, Primitive, Tier, Way, list, spirv_of};
use assay_gpu::{Access, Kernel};
use assay_tests::corpus;

const DRIVERS: &str = "/usr/share/vulkan/icd.d";
/// Mesa's names of chips, and whether `fma` becomes one instruction there. On the first two RADV takes it apart, which the self-test of a real one would find.
const CHIPS: [(&str, bool); 3] = [("polaris10", false), ("navi10", false), ("navi21", true)];

/// Fused products: right where the kernel says `fma`, and nowhere else.
const FUSED: [&str; 7] = ["v_fma_", "v_fmac_", "v_fmaak_", "v_fmamk_", "v_mad_f32", "v_mac_f32", "v_mad_legacy"];
/// Never right: division and square root go by integers here.
const APPROXIMATE: [&str; 7] = ["v_rcp_f32", "v_rsq_f32", "v_sqrt_f32", "v_sin_f32", "v_cos_f32", "v_exp_f32", "v_log_f32"];

fn plan(tier: Tier) -> Plan {
    let own = if tier == Tier::Guarded { Way::Guarded } else { Way::Hardware };
    Plan::best(tier, true).with(Primitive::Fma, own).with(Primitive::Divide, Way::Integer).with(Primitive::Sqrt, Way::Integer)
}

/// RADV fuses a product with a power of two although the decoration forbids it; where such a product overflows that is wrong. The self-test looks for it ("contraction"), so that RADV's
/// chips are not admitted in the tier `native` before this is mended.
fn is_by_a_power_of_two(line: &str) -> bool {
    let operands = line.split(';').next().unwrap_or_default().split(|c: char| c == ',' || c.is_whitespace());
    let values = operands.filter_map(|operand| match operand.trim_start_matches('-').strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok().map(f32::from_bits),
        None => operand.contains('.').then(|| operand.parse().ok())?,
    });
    values.into_iter().any(|value: f32| value.is_normal() && value.to_bits() & 0x007f_ffff == 0 && value.abs() != 1.0)
}

/// Instructions that must not be there.
fn forbidden(instructions: &[&str], has_fma: bool, tier: Tier) -> Vec<String> {
    let is = |line: &str, names: &[&str]| names.iter().any(|name| line.starts_with(name));
    // A division of integers is done by a reciprocal and repaired: two of them, for one may be subnormal, and a product with almost 2^32.
    let divisions = instructions.iter().filter(|line| line.starts_with("v_mul_f32") && line.contains("0x4f7ffffe")).count();
    let reciprocals = instructions.iter().filter(|line| line.starts_with("v_rcp_f32")).count();
    let is_wrong = |line: &&&str| {
        let approximate = is(line, &APPROXIMATE) && !(line.starts_with("v_rcp_f32") && reciprocals <= 2 * divisions);
        approximate || is(line, &FUSED) && !has_fma && !(tier == Tier::Native && is_by_a_power_of_two(line))
    };
    instructions.iter().filter(is_wrong).map(|line| (*line).to_owned()).collect()
}

/// Where the driver describes itself to the Vulkan loader.
fn driver() -> Option<PathBuf> {
    let files = std::fs::read_dir(DRIVERS).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    files.into_iter().find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("radeon_icd")))
}

#[test]
fn powers_of_two_are_known() {
    for line in [
        "v_fma_f32 v1, 4.0, -v0, v1 ; d54b0001 440600f6",
        "v_fmamk_f32 v7, v7, 0x41000000, v8 ; 580e1107",
        "v_fmac_f32_e32 v64, 2.0, v63",
        "v_fma_f32 v1, v2, -0.5, v1",
    ] {
        assert!(is_by_a_power_of_two(line), "{line}");
    }
    for line in [
        "v_fma_f32 v1, v2, v0, v1 ; d54b0001 440600f6",
        "v_fma_f32 v1, v2, v3, 1.0",
        "v_fmamk_f32 v7, v7, 0x41100000, v8",
        "v_fmac_f32_e32 v64, v1, v63",
    ] {
        assert!(!is_by_a_power_of_two(line), "{line}");
    }
}

#[test]
fn nothing_is_fused_or_approximate() {
    let Some(driver) = driver() else {
        assert!(std::env::var_os("ASSAY_REQUIRE_ADAPTER").is_none(), "Mesa's RADV is not there, and ASSAY_REQUIRE_ADAPTER is set");
        eprintln!("SKIPPED: AMD's compiler: Mesa's RADV is not there");
        return;
    };
    let fused: BTreeMap<String, bool> = kernels().into_iter().map(|(name, kernel)| (name, has_fma(&kernel))).collect();
    assert!(fused.values().any(|has| *has) && fused.values().any(|has| !*has), "the corpus has kernels of one kind only");
    let mut wrong = Vec::new();
    for ((chip, fuses), tier) in CHIPS.into_iter().flat_map(|chip| [Tier::Native, Tier::Guarded].map(|tier| (chip, tier))) {
        let child = Command::new(std::env::current_exe().expect("this program has a path"))
            .args(["--exact", "child", "--nocapture"])
            .envs([("VK_ICD_FILENAMES", &driver), ("VK_DRIVER_FILES", &driver)])
            .envs([("RADV_FORCE_FAMILY", chip), ("RADV_DEBUG", "shaders,nocache")])
            .env("ASSAY_RADV_CHILD", tier.to_string())
            .output()
            .expect("this program starts");
        let said = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "{chip}: {}", said.lines().rev().take(20).collect::<Vec<_>>().join("\n"));
        let (mut seen, mut floats, mut fusions) = (0, 0, 0);
        for part in said.split("KERNEL ").skip(1) {
            let name = part.lines().next().unwrap_or_default();
            let instructions: Vec<&str> = part.lines().map(str::trim).filter(|line| line.starts_with("v_")).collect();
            assert!(!instructions.is_empty(), "{chip}: no instructions of {name} were printed");
            seen += 1;
            floats += instructions.iter().filter(|line| line.starts_with("v_mul_f32") || line.starts_with("v_add_f32")).count();
            fusions += instructions.iter().filter(|line| FUSED.iter().any(|name| line.starts_with(name))).count();
            wrong.extend(forbidden(&instructions, fused[name], tier).into_iter().map(|line| format!("{chip} {tier}: {name}: {line}")));
        }
        assert_eq!(seen, fused.len(), "{chip} did not compile every kernel");
        // Were there no products, sums and fusions at all, this would look at the wrong text.
        assert!(floats > 500 && (fusions > 20 || !fuses), "{chip} {tier}: {floats} products and sums, {fusions} fused");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn kernels() -> Vec<(String, Kernel)> {
    let of = |case: &corpus::Case| {
        let name = case.name.clone();
        case.kernels().expect("the corpus is strict").into_iter().map(move |(entry, kernel)| (format!("{name} {entry}"), kernel))
    };
    corpus::cases().iter().flat_map(of).collect()
}

fn has_fma(kernel: &Kernel) -> bool {
    let is = |(_, expression): (_, &naga::Expression)| matches!(expression, naga::Expression::Math { fun: naga::MathFunction::Fma, .. });
    let functions = kernel.module.functions.iter().map(|(_, function)| function);
    functions.chain(kernel.module.entry_points.iter().map(|entry| &entry.function)).any(|function| function.expressions.iter().any(is))
}

/// The process that the driver runs in; nothing where it is not asked to be that.
#[test]
fn child() {
    let Ok(wanted) = std::env::var("ASSAY_RADV_CHILD") else { return };
    let tier = Tier::ALL.into_iter().find(|tier| tier.to_string() == wanted).expect("a tier");
    let adapters = list();
    let adapter = adapters.first().expect("RADV knows the chip");
    let compiler = Compiler::open();
    for (name, kernel) in kernels() {
        let words = spirv_of(&kernel, plan(tier), adapter).unwrap_or_else(|error| panic!("{name}: {error}"));
        let entry = kernel.module.entry_points[0].name.clone();
        eprintln!("KERNEL {name}");
        compiler.compile(&words, &entry, &kernel);
    }
    eprintln!("KERNEL");
    // What the driver keeps is gone with the process.
    std::process::exit(0);
}

/// A Vulkan device that compiles.
struct Compiler {
    _entry: ash::Entry,
    _instance: ash::Instance,
    device: ash::Device,
}

impl Compiler {
    fn open() -> Self {
        let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_3);
        let queues = [vk::DeviceQueueCreateInfo::default().queue_family_index(0).queue_priorities(&[1.0])];
        // SAFETY: the library is the system's Vulkan loader; every structure lives until the call that takes it returns, and names objects that exist. The entry and
        // the instance are kept as long as the device.
        unsafe {
            let entry = ash::Entry::load().expect("the Vulkan loader is there");
            let instance =
                entry.create_instance(&vk::InstanceCreateInfo::default().application_info(&application), None).expect("an instance");
            let physical = instance.enumerate_physical_devices().expect("devices")[0];
            let doubles = instance.get_physical_device_features(physical).shader_float64 == vk::TRUE;
            let features = vk::PhysicalDeviceFeatures::default().shader_float64(doubles);
            let info = vk::DeviceCreateInfo::default().queue_create_infos(&queues).enabled_features(&features);
            let device = instance.create_device(physical, &info, None).expect("a device");
            Self { _entry: entry, _instance: instance, device }
        }
    }

    fn compile(&self, words: &[u32], entry: &str, kernel: &Kernel) {
        let kind = |access: Access| match access {
            Access::Uniform => vk::DescriptorType::UNIFORM_BUFFER,
            Access::Read | Access::ReadWrite => vk::DescriptorType::STORAGE_BUFFER,
        };
        let kinds = kernel.bindings.iter().map(|binding| kind(binding.access)).chain([vk::DescriptorType::STORAGE_BUFFER]);
        let bindings: Vec<_> = kinds
            .zip(0..)
            .map(|(kind, index)| {
                let binding = vk::DescriptorSetLayoutBinding::default().binding(index).descriptor_count(1);
                binding.stage_flags(vk::ShaderStageFlags::COMPUTE).descriptor_type(kind)
            })
            .collect();
        let name = CString::new(entry).expect("a name without zeros");
        // SAFETY: as above; the SPIR-V is what the driver gets in production, whose bindings the layout has, and the objects live as long as the process.
        unsafe {
            let module = self.device.create_shader_module(&vk::ShaderModuleCreateInfo::default().code(words), None).expect("a module");
            let set = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
            let sets = [self.device.create_descriptor_set_layout(&set, None).expect("a set layout")];
            let layout = vk::PipelineLayoutCreateInfo::default().set_layouts(&sets);
            let layout = self.device.create_pipeline_layout(&layout, None).expect("a layout");
            let stage = vk::PipelineShaderStageCreateInfo::default().stage(vk::ShaderStageFlags::COMPUTE).module(module).name(&name);
            let info = [vk::ComputePipelineCreateInfo::default().layout(layout).stage(stage)];
            let made = self.device.create_compute_pipelines(vk::PipelineCache::null(), &info, None);
            assert!(made.is_ok(), "{entry}: the driver does not compile it: {made:?}");
        }
    }
}
