// The page of a painted mesh: three.js turns it; light comes from all sides, so that the paint is
// seen as it is.
import { AmbientLight, Box3, Color, Group, Line, LineBasicMaterial, BufferGeometry } from "three";
import { DirectionalLight, PerspectiveCamera, Scene, Sphere, Vector3, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { pace } from "./pace.js";

const find = (id) => document.getElementById(id);
const data = JSON.parse(find("data").textContent);
const canvas = find("picture");

function bytes(base64) {
  const text = atob(base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer;
}

async function start() {
  const renderer = new WebGLRenderer({ canvas, antialias: false });
  const { scene: mesh } = await new GLTFLoader().parseAsync(bytes(data.glb), "");
  const scene = new Scene().add(mesh, new AmbientLight(0xffffff, 2.2));
  scene.background = new Color();
  const ball = new Box3().setFromObject(mesh).getBoundingSphere(new Sphere());
  const camera = new PerspectiveCamera(35, 1, ball.radius / 100, ball.radius * 100);
  const light = new DirectionalLight(0xffffff, 1.2);
  camera.add(light.translateX(1).translateY(2));
  scene.add(camera);
  const controls = new OrbitControls(camera, canvas);

  const axes = new Group();
  for (const { axis } of data.axes) {
    const along = new Vector3(...axis).multiplyScalar(1.5 * ball.radius);
    const ends = new BufferGeometry().setFromPoints([along.clone().negate(), along]);
    axes.add(new Line(ends, new LineBasicMaterial({ color: new Color(0xbe0028) })));
  }
  axes.visible = false;
  scene.add(axes);

  let held = false;
  const again = pace(canvas, (share) => {
    const { clientWidth: width, clientHeight: height } = canvas;
    // smooth edges by pixels made of four; without a GPU they would be the slowest of all, moved
    const dots = window.devicePixelRatio;
    renderer.setPixelRatio(share === 1 ? Math.max(2, dots) : share * dots);
    renderer.setSize(width, height, false);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    scene.background.set(getComputedStyle(document.body).backgroundColor);
    renderer.render(scene, camera);
    const gl = renderer.getContext(); // waits until it is there
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  }, { held: () => held });
  function reset() {
    controls.target.copy(ball.center);
    camera.position.copy(ball.center).add(new Vector3(0.6, 0.5, 1).setLength(3.6 * ball.radius));
    controls.update();
    again();
  }
  function turned(across, up) {
    const away = camera.position.clone().sub(ball.center);
    away.applyAxisAngle(new Vector3(0, 1, 0), across);
    const side = new Vector3(0, 1, 0).cross(away).normalize();
    const tilted = away.clone().applyAxisAngle(side, up);
    if (Math.abs(tilted.angleTo(new Vector3(0, 1, 0)) - Math.PI / 2) < 1.5) away.copy(tilted);
    camera.position.copy(ball.center).add(away);
    controls.update();
  }
  const nearer = (factor) => {
    camera.position.sub(ball.center).multiplyScalar(factor).add(ball.center);
    controls.update();
  };
  const keys = {
    ArrowLeft: () => turned(0.15, 0),
    ArrowRight: () => turned(-0.15, 0),
    ArrowUp: () => turned(0, 0.15),
    ArrowDown: () => turned(0, -0.15),
    "+": () => nearer(1 / 1.15),
    "=": () => nearer(1 / 1.15),
    "-": () => nearer(1.15),
    0: reset,
    Home: reset,
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  controls.addEventListener("change", again);
  for (const name of ["start", "end"])
    controls.addEventListener(name, () => {
      held = name === "start";
      again();
    });
  window.addEventListener("resize", again);
  find("reset").addEventListener("click", reset);
  const box = find("axes");
  box.parentElement.hidden = !data.axes.length;
  box.addEventListener("change", () => {
    axes.visible = box.checked;
    again();
  });
  reset();
}

start().catch((error) => {
  const words = find("problem");
  words.textContent = `The mesh cannot be shown: ${error.message}`;
  words.hidden = false;
});
