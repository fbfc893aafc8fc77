/* sources c147dd13666bf2bfb8e97fb9339c213d63acc7c1cfa8c3df9bb2f3c5306cf897; licences: LICENSES.txt */
(()=>{var Y={ArrowLeft:n=>n.nudge(-1,0),ArrowRight:n=>n.nudge(1,0),ArrowUp:n=>n.nudge(0,1),ArrowDown:n=>n.nudge(0,-1),"+":n=>n.zoom(1.15),"=":n=>n.zoom(1.15),"-":n=>n.zoom(.8695652173913044),q:n=>n.turn(Math.PI/24),e:n=>n.turn(-Math.PI/24),0:n=>n.reset(),Home:n=>n.reset()};function H(n,e){let s=new Map,o=t=>{let i=n.getBoundingClientRect();return[t.clientX-i.left,t.clientY-i.top]};n.addEventListener("pointerdown",t=>{n.setPointerCapture(t.pointerId),s.set(t.pointerId,o(t))}),n.addEventListener("pointermove",t=>{let i=s.get(t.pointerId);if(!i)return;let r=o(t),l=[...s].find(([c])=>c!==t.pointerId)?.[1];if(l){let[c,p]=[0,1].map(d=>i[d]-l[d]),[h,f]=[0,1].map(d=>r[d]-l[d]);e.zoom(Math.hypot(h,f)/Math.max(Math.hypot(c,p),1),l),e.turn(Math.atan2(p,c)-Math.atan2(f,h))}else e.drag(i,r);s.set(t.pointerId,r)});for(let t of["pointerup","pointercancel"])n.addEventListener(t,i=>{s.delete(i.pointerId),e.release()});return n.addEventListener("wheel",t=>{t.preventDefault(),e.zoom(Math.exp(-Math.sign(t.deltaY)*Math.min(Math.abs(t.deltaY),100)/600),o(t))},{passive:!1}),n.addEventListener("keydown",t=>{t.ctrlKey||t.metaKey||t.altKey||!(t.key in Y)||(t.preventDefault(),Y[t.key](e))}),()=>s.size>0}var q=(n,e)=>{let s=n*n+e*e;return s<1?[2*n,2*e,1+s].map(o=>o/(1-s)):null},W=`vec3 lift(vec2 z) { float s = dot(z, z); return vec3(2. * z, 1. + s) / (1. - s); }
`,K=`float angle(vec2 w) { return atan(abs(w.y) < 1e-7 ? 1e-7 : w.y, w.x); }
`,b={plane:{title:"Plane",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(n,e)=>[n,-e,1],glsl:"vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }"},disc:{title:"Disc",space:"plane",units:"vec2(1.)",extent:[-1.05,1.05,-1.05,1.05],point:(n,e)=>[n,-e,1],glsl:"vec3 seen(vec2 w, out float inside) { inside = 1e9; return vec3(w.x, -w.y, 1.); }"},spiral:{title:"Spiral",space:"plane",units:"vec2(inversesqrt(max(s, 1e-12)))",extent:[-1,1,-1,1],point:(n,e)=>[Math.log(Math.max(Math.hypot(n,e),1e-9)),Math.atan2(e,n),1],glsl:`${K}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(log(max(length(w), 1e-9)), angle(w), 1.);
    }`},tunnel:{title:"Tunnel",space:"plane",units:"vec2(1.)",extent:[-1,1,-1,1],point:(n,e)=>[Math.hypot(n,e),Math.atan2(e,n),1],glsl:`${K}vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      return vec3(length(w), angle(w), 1.);
    }`},globe:{title:"Globe",space:"sphere",units:"vec2(inversesqrt(max(1. - s, 1e-4)), 1.)",extent:[-1.05,1.05,-1.05,1.05],point:(n,e)=>n*n+e*e<1?[Math.sqrt(1-n*n-e*e),n,e]:null,glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(sqrt(max(1. - dot(w, w), 0.)), w);
    }`},stereographic:{title:"Stereographic",space:"sphere",units:"vec2(2. / (1. + s))",extent:[-2,2,-2,2],point:(n,e)=>{let s=n*n+e*e;return[1-s,2*n,2*e].map(o=>o/(1+s))},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1e9;
      float s = dot(w, w);
      return vec3(1. - s, 2. * w) / (1. + s);
    }`},poincare:{title:"Poincaré disc",space:"hyperbolic",units:"vec2(2. / max(1. - s, 1e-6))",extent:[-1,1,-1,1],point:q,glsl:`${W}vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return lift(w * min(1., .9999 / max(length(w), 1e-6)));
    }`},klein:{title:"Klein disc",space:"hyperbolic",units:"vec2(1., sqrt(max(1. - s, 1e-6))) / max(1. - s, 1e-6)",extent:[-1,1,-1,1],point:(n,e)=>{let s=n*n+e*e;return s<1?[n,e,1].map(o=>o/Math.sqrt(1-s)):null},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - length(w);
      return vec3(w, 1.) / sqrt(max(1. - dot(w, w), 1e-6));
    }`},halfplane:{title:"Half-plane",space:"hyperbolic",units:"vec2(1. / max(w.y, 1e-6))",extent:[-2,2,0,4],point:(n,e)=>{if(e<=0)return null;let s=n*n+(e+1)**2;return q((n*n+e*e-1)/s,-2*n/s)},glsl:`${W}vec3 seen(vec2 w, out float inside) {
      inside = w.y;
      w.y = max(w.y, 1e-4);
      vec2 z = vec2(dot(w, w) - 1., -2. * w.x) / (w.x * w.x + (w.y + 1.) * (w.y + 1.));
      return lift(z * min(1., .99999 / max(length(z), 1e-6)));
    }`},band:{title:"Band",space:"hyperbolic",units:"vec2(1.5707963 / cos(1.5707963 * clamp(w.y, -.999, .999)))",extent:[-2,2,-1,1],point:(n,e)=>{if(Math.abs(e)>=1)return null;let s=Math.PI/2*n,o=Math.PI/2*e,t=Math.cosh(s)+Math.cos(o);return q(Math.sinh(s)/t,Math.sin(o)/t)},glsl:`vec3 seen(vec2 w, out float inside) {
      inside = 1. - abs(w.y);
      vec2 a = 1.5707963 * vec2(clamp(w.x, -9., 9.), clamp(w.y, -.999, .999));
      return vec3(sinh(a.x), sin(a.y), cosh(a.x)) / cos(a.y);
    }`}};var R=[1,.71,.5,.35,.25,.18],ve=2,V=5,xe=1,we=160,ye=1e3;function j(n,e,{held:s,moves:o=()=>!1,prepare:t=()=>null}){let i=0,r=0,l=!1,c=!1,p=1,h=[],f=(u,x)=>{let w=performance.now();return e(p=u,x),performance.now()-w};function d(){c=f(1,!0)>80,n.dataset.drawn="finely",c?r=setTimeout(g):n.dataset.ready="yes"}function g(){let u=t();u===null?n.dataset.ready="yes":u?r=setTimeout(g):([i,h]=[ve,[]],e(R[i],!1),d())}function a(u){h=[...h,u].slice(-V);let x=h.toSorted(($,P)=>$-P)[xe],w=0;u>120?w=2:x>20?w=1:x<10&&(w=-1),(w||h.length===V)&&(h=[]),i=Math.min(Math.max(i+w,0),R.length-1)}function m(u){l=!1;let x=p!==R[i],w=f(R[i],!1);x||a(w),clearTimeout(r),o(u)?v():r=setTimeout(d,Math.max(s()?ye:we,3*w))}function v(){n.dataset.drawn="moving",clearTimeout(r),l||requestAnimationFrame(m),l=!0}return matchMedia("(prefers-color-scheme: dark)").addEventListener("change",v),v}var Q={plane:{sampler:"sampler2D",bake:"p = texels * vec3(st, 1.); footprint = 1. / density;",read:"textureLod(baked, (points * p).xy, log2(footprint * density) - .5)"},hyperbolic:{sampler:"sampler2D",bake:`vec2 z = 2. * st - 1.;
      z *= min(1., .9999 / max(length(z), 1e-6));
      float s = dot(z, z);
      p = vec3(2. * z, 1. + s) / (1. - s);
      footprint = 2. / (1. - s) / density;`,read:"textureLod(baked, .5 + .5 * p.xy / (1. + p.z), log2(footprint * density / (1. + p.z)) - .5)"},sphere:{sampler:"samplerCube",bake:"p = normalize(texels * vec3(2. * st - 1., 1.)); footprint = 1. / density;",read:"textureLod(baked, p, log2(footprint * density * max(abs(p.x), max(abs(p.y), abs(p.z)))) - .5)"}},ge=[[0,0,1,0,-1,0,-1,0,0],[0,0,-1,0,-1,0,1,0,0],[1,0,0,0,0,1,0,1,0],[1,0,0,0,0,-1,0,-1,0],[1,0,0,0,-1,0,0,0,1],[-1,0,0,0,-1,0,0,0,-1]],be=2048,Ee=1.5,Me=12,D=class{constructor(e,s,o,t){Object.assign(this,{gl:e,space:s,symmetry:o});let i=r=>Math.max(1,Math.min(Math.round(r),be));if(s==="plane"){let{corner:r,sides:[l,c]}=o.cell,p=[l,c].map(h=>Math.hypot(...h));this.size=p.map(h=>i(h*t)),this.density=Math.max(...this.size.map((h,f)=>h/p[f])),this.faces=[[l[0],c[0],r[0],l[1],c[1],r[1],0,0,1]]}else this.size=Array(2).fill(i(2*Ee*t)),this.density=this.size[0]/2,this.faces=s==="sphere"?ge:[[1,0,0,0,1,0,0,0,1]];this.kind=s==="sphere"?e.TEXTURE_CUBE_MAP:e.TEXTURE_2D,this.texture=e.createTexture(),this.frame=e.createFramebuffer(),this.done=0,this.band=16,this.#e(()=>{e.texStorage2D(this.kind,1+Math.floor(Math.log2(Math.max(...this.size))),e.RGBA8,...this.size),e.texParameteri(this.kind,e.TEXTURE_MIN_FILTER,e.LINEAR_MIPMAP_NEAREST)})}get ready(){return this.done===this.faces.length*this.size[1]}add(e){let{gl:s}=this,[o,t]=this.size,i=Math.floor(this.done/t),r=this.done%t,l=Math.min(this.band,t-r),c=performance.now();s.bindFramebuffer(s.FRAMEBUFFER,this.frame);let p=this.space==="sphere"?s.TEXTURE_CUBE_MAP_POSITIVE_X+i:this.kind;s.framebufferTexture2D(s.FRAMEBUFFER,s.COLOR_ATTACHMENT0,p,this.texture,0),s.viewport(0,0,o,t),s.enable(s.SCISSOR_TEST),s.scissor(0,r,o,l),e(this.faces[i]),s.readPixels(0,r,1,1,s.RGBA,s.UNSIGNED_BYTE,new Uint8Array(4)),s.disable(s.SCISSOR_TEST),s.bindFramebuffer(s.FRAMEBUFFER,null),this.done+=l,this.band=Math.max(4,performance.now()-c<Me?2*this.band:this.band>>1),this.ready&&this.#e(()=>s.generateMipmap(this.kind))}#e(e){let{gl:s}=this;s.activeTexture(s.TEXTURE1),s.bindTexture(this.kind,this.texture),e(),s.activeTexture(s.TEXTURE0)}remove(){this.gl.deleteTexture(this.texture),this.gl.deleteFramebuffer(this.frame)}};var S=(n,e)=>n.map(s=>s>0?e[s-1]:-e[-s-1]);function O(n){let e=[0,0,0];return n.forEach((s,o)=>e[Math.abs(s)-1]=s>0?o+1:-(o+1)),e}function J(n){let e=[[1,2,3]];for(let s of e)for(let o of n){let t=S(o,s);e.some(i=>`${i}`==`${t}`)||e.push(t)}return e}var Z=(n,e)=>n.findIndex(s=>`${s}`==`${e}`),ze=n=>n.flatMap(e=>[1,2,3].map(s=>s===Math.abs(e)?Math.sign(e):0));function U(n,e,{product:s,inverse:o,image:t}){let i=ze(n);if(!e)return{matrix:i,shift:n.map(p=>p<0?1:0)};let r=e.axes.flat(),l=s(s(r,i),o(r)),c=t(l,e.mean);return{matrix:l,shift:e.mean.map((p,h)=>p-c[h])}}var se=["strip","disc"],ne=`
uniform vec3 disc; // radius, centre
vec2 product(vec2 a, vec2 b) { return vec2(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
vec2 quotient(vec2 a, vec2 b) { return product(a, vec2(b.x, -b.y)) / dot(b, b); }
vec2 pixel(vec2 w) { return disc.yz + disc.x * vec2(w.x, -w.y); }
`,T=n=>`${ne}
vec2 shown(vec3 p, out float density) {
  vec2 z = p.xy / (1. + p.z), w;
  float stretch = 1.;
  ${n}
  density = disc.x * stretch / (1. + p.z); // (1 − |z|²)/2 = 1/(1 + t)
  return pixel(w);
}`,C=n=>`
uniform vec2 size;
vec2 shown(vec3 p, out float density) { ${n} }`,te=(n,e)=>`${ne}
vec2 shown(vec3 p, out float density) {
  float r = ${n};
  density = disc.x * ${e};
  return pixel(r * vec2(cos(p.y), sin(p.y)));
}`,oe={tiling:`
uniform vec4 period; // width, height of the picture's period; its skew; 1: a cell, 2: a domain
uniform vec4 cell; // a, b
uniform vec2 origin;
vec2 shown(vec3 p, out float density) {
  density = 1.;
  vec2 q = p.xy; // from the group's origin
  if (period.w == 0.) {
    q += origin;
    float n = floor(q.y / period.y);
    q -= n * vec2(period.z, period.y);
    return vec2(q.x - period.x * floor(q.x / period.x), q.y);
  }
  float size = cell.x * cell.w - cell.y * cell.z;
  vec2 k = vec2(q.x * cell.w - q.y * cell.z, q.y * cell.x - q.x * cell.y) / size;
  k = floor(k);
  q -= k.x * cell.xy + k.y * cell.zw;
  if (period.w == 2.) {
    vec2 best = q;
    for (int i = 0; i < 4; i++) {
      vec2 other = q - float(i & 1) * cell.xy - float(i >> 1) * cell.zw;
      if (dot(other, other) < dot(best, best)) best = other;
    }
    q = best;
  }
  return q + origin;
}`,strip:`
uniform vec3 strip; // width and height of the picture; the middle line, from above
vec2 shown(vec3 p, out float density) {
  density = 1.;
  return vec2(p.x - strip.x * floor(p.x / strip.x), p.y + strip.z);
}
float within(vec3 p) { // how far from the strip's edges
  float y = p.y + strip.z;
  return min(y, strip.y - y);
}`,disc:`
uniform vec3 disc; // radius, centre
vec2 shown(vec3 p, out float density) {
  density = 1.;
  return p.xy + disc.yz;
}
float within(vec3 p) { return disc.x - length(p.xy); }`,spiral:te("exp(p.x)","r"),tunnel:te("p.x","1."),equirectangular:C(`
    density = size.y / 3.14159265;
    return size * vec2(.5 + atan(p.y, p.x) / 6.2831853, .5 - asin(clamp(p.z, -1., 1.)) / 3.14159265);`),cube:C(`
    vec3 a = abs(p);
    float face = size.y / 2.;
    float half_ = .5 / (face * texture_scale);
    vec2 st, at;
    if (a.x >= a.y && a.x >= a.z) {
      st = vec2(p.x > 0. ? -p.z : p.z, -p.y) / a.x;
      at = vec2(p.x > 0. ? 0. : 1., 0.);
    } else if (a.y >= a.z) {
      st = vec2(p.x, p.y > 0. ? p.z : -p.z) / a.y;
      at = p.y > 0. ? vec2(2., 0.) : vec2(0., 1.);
    } else {
      st = vec2(p.z > 0. ? p.x : -p.x, -p.y) / a.z;
      at = vec2(p.z > 0. ? 1. : 2., 1.);
    }
    density = face / 2. * max(a.x, max(a.y, a.z));
    return face * (at + clamp(.5 + .5 * st, half_, 1. - half_));`),octahedral:C(`
    vec3 q = p / (abs(p.x) + abs(p.y) + abs(p.z));
    if (q.z < 0.) q.xy = (1. - abs(q.yx)) * vec2(q.x < 0. ? -1. : 1., q.y < 0. ? -1. : 1.);
    density = size.y / 2.;
    return size * vec2(.5 + .5 * q.x, .5 - .5 * q.y);`),poincare:T("w = z;"),klein:T("w = 2. * z / (1. + dot(z, z)); stretch = 2. / (1. + dot(z, z));"),halfplane:T(`
    vec2 v = vec2(1., 0.) - z;
    w = quotient(product(vec2(0., 1.), vec2(1., 0.) + z), v);
    stretch = 2. / dot(v, v);`),band:T(`
    w = vec2(asinh(p.x / sqrt(1. + p.y * p.y)), atan(p.y)) / 1.5707963;
    stretch = 1.2732395 / length(vec2(1., 0.) - product(z, z));`),square:T("w = z * length(z) / max(max(abs(z.x), abs(z.y)), 1e-9); stretch = 1.2;"),conformal:T(`
    vec2 s = product(product(z, z), product(z, z)), power = vec2(1., 0.), sum = power;
    float a = 1.;
    for (int n = 1; n < 40; n++) {
      a *= -(float(n) - .5) / float(n);
      power = product(power, s);
      sum += a / float(4 * n + 1) * power;
    }
    w = 1.0787052 * product(z, sum);
    stretch = 1.0787052;`)};var ie=`#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.); }`,Te={plane:"p",sphere:"normalize(p)",hyperbolic:"vec3(p.xy, sqrt(1. + dot(p.xy, p.xy)))"},_e={plane:"vec3(1., 1., 0.)",sphere:"vec3(1.)",hyperbolic:"vec3(1., 1., -1.)"};function re({model:n,source:e,sides:s,lines:o,centres:t,colours:i,logits:r,direct:l,fine:c,spare:p,way:h}){let{space:f,glsl:d,units:g}=b[n],{sampler:a,bake:m,read:v}=Q[f],u=h==="baking",x=w=>Math.max(w,1);return`#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp samplerCube;
uniform sampler2D paint;
uniform ${a} baked;
uniform mat3 motion, tint, texels, points; // of what is baked: texels to points and back
uniform float density;
uniform vec3 tint_shift, mean, paper, screen; // screen: pixels per unit, the place of w = 0
uniform vec2 paint_offset, paint_size;
uniform float texture_scale, height, area, soft, change;
uniform vec3 side[${x(s)}], line[${x(o)}], centre[${x(t)}];
uniform mat3 pairing[${x(s)}], colour[${i}];
uniform vec3 shift[${i}];
uniform int next[${x(s)*i}], order[${x(t)}], kind[${x(o)}];
uniform int base;
uniform ivec4 overlay; // mirrors, centres, domain
out vec4 result;
${d}
vec2 units(vec2 w) { float s = dot(w, w); return ${g}; }
${oe[e]}

vec3 logit(vec3 v) { v = clamp(v, 1e-4, 1. - 1e-4); return log(v / (1. - v)); }
vec3 act(mat3 m, vec3 t, vec3 v) {
  ${r?"return 1. / (1. + exp(-(m * logit(v) + t)));":"return m * v + t;"}
}

vec3 read(vec2 at, float lod) {
  at = (at + paint_offset) * texture_scale;
  ${c?`if (lod <= 0.) { // Catmull and Rom's spline, in nine bilinear reads
    vec2 f = fract(at - .5), c = at - f;
    vec2 w0 = f * (-.5 + f * (1. - .5 * f)), w1 = 1. + f * f * (1.5 * f - 2.5);
    vec2 w2 = f * (.5 + f * (2. - 1.5 * f)), w3 = f * f * (.5 * f - .5);
    vec2 w12 = w1 + w2, c12 = c + w2 / w12, c0 = c - 1., c3 = c + 2.;
    vec3 sum = vec3(0.);
    #define ADD(x, y, w) sum += (w) * textureLod(paint, vec2(x, y) / paint_size, 0.).rgb
    ADD(c0.x, c0.y, w0.x * w0.y); ADD(c12.x, c0.y, w12.x * w0.y); ADD(c3.x, c0.y, w3.x * w0.y);
    ADD(c0.x, c12.y, w0.x * w12.y); ADD(c12.x, c12.y, w12.x * w12.y); ADD(c3.x, c12.y, w3.x * w12.y);
    ADD(c0.x, c3.y, w0.x * w3.y); ADD(c12.x, c3.y, w12.x * w3.y); ADD(c3.x, c3.y, w3.x * w3.y);
    return clamp(sum, 0., 1.);
  }`:""}
  return textureLod(paint, at / paint_size, lod).rgb;
}

vec3 painted(vec3 p, float footprint) {
  float finely;
  vec2 at = shown(p, finely);
  // half a level finer than a whole pixel's mean, which would be blurred twice
  return read(at, log2(max(footprint * finely * texture_scale, 1e-3)) - .5);
}

vec3 on_space(vec3 p) { return ${Te[f]}; }
float metric(vec3 d) { return sqrt(max(dot(d * d, ${_e[f]}), 0.)); }

void main() {
${u?`
  vec2 st = gl_FragCoord.xy / screen.yz;
  vec3 p;
  float footprint, cover = 1.;
  ${m}`:`
  vec2 w = (vec2(gl_FragCoord.x, height - gl_FragCoord.y) - screen.yz) / screen.x * vec2(1., -1.);
  float inside;
  vec3 near = seen(w, inside);
  vec2 across_pixel = units(w) / screen.x;
  float footprint = max(across_pixel.x, across_pixel.y);
  float cover = clamp(inside * screen.x + .5, 0., 1.);
  vec3 p = on_space(motion * near);`}
  // A machine without a GPU draws some pixels at once and leaves a loop, but no branch, when none
  // of them needs it: outside, and where domains are too small to be seen, no step is made.
  bool seen_well = ${f==="hyperbolic"?"cover > 0. && sqrt(area) > .75 * footprint":"cover > 0."};
  vec3 y = p;
  ${se.includes(e)&&!u?"cover *= clamp(within(p) / footprint + .5, 0., 1.);":""}
  int code = base, passed = 0;
  ${h!=="baked"&&s&&(!l||p)?`
  for (int i = 0; i < 256 && seen_well; i++) {
    int worst = -1;
    float least = -2e-6 * (1. + abs(y.z)) - ${f==="plane"?"2e-6 * (abs(y.x) + abs(y.y))":"0."};
    for (int s = 0; s < ${s}; s++) {
      float depth = dot(side[s], y);
      if (depth < least) { least = depth; worst = s; }
    }
    if (worst < 0) break;
    y = on_space(pairing[worst] * y);
    code = next[worst * ${i} + code];
    passed++;
  }`:""}
  ${h==="baked"?`
  vec3 c = ${v}.rgb;
  if (base != 0) c = act(colour[base], shift[base], c);`:l?"vec3 c = painted(p, footprint);":`
  vec3 c = painted(y, footprint);
  if (soft > 0.) { // a little of the neighbour across the nearest side: no cut where they meet
    float a = 1e9, b = 1e9;
    int across = 0;
    for (int s = 0; s < ${s}; s++) {
      float depth = max(dot(side[s], y), 0.);
      if (depth < a) { b = a; a = depth; across = s; } else if (depth < b) b = depth;
    }
    float x = max(1. - a / max(b, 1e-9) - a / soft, 0.) * .5;
    float share = x * x * (3. - 2. * x);
    for (int i = 0; i < 1 && seen_well && share > 0.; i++) {
      vec3 other = painted(on_space(pairing[across] * y), footprint);
      int through = next[across * ${i}];
      c = mix(c, act(colour[through], shift[through], other), share);
    }
  }
  c = act(colour[code], shift[code], c);`}
  ${f==="hyperbolic"?"c = mix(mean, c, smoothstep(.75, 2.5, sqrt(area) / footprint));":""}
  if (change > 0.) c = mix(c, act(tint, tint_shift, c), change);
  ${p?`
  if (overlay.z == 1 && passed > 0) c = mix(c, vec3(1.), .55);
  float strength = ${f==="hyperbolic"?"smoothstep(3., 12., sqrt(area) / footprint)":"1."};
  vec3 ink = vec3(.07, .07, .1);
  float pen = 1.3 * min(across_pixel.x, across_pixel.y);
  if (overlay.z == 1)
    for (int s = 0; s < ${x(s)}; s++) {
      float d = abs(dot(side[s], y));
      c = mix(c, vec3(1., .69, 0.), strength * .8 * (1. - smoothstep(.6 * pen, 1.2 * pen, d)));
    }
  if (overlay.x == 1)
    for (int s = 0; s < ${o}; s++) {
      float d = abs(dot(line[s], y));
      c = mix(c, vec3(1.), strength * (1. - smoothstep(1.6 * pen, 2.4 * pen, d)));
      vec3 shade = kind[s] == 1 ? vec3(.1, .25, .75) : ink;
      c = mix(c, shade, strength * (1. - smoothstep(.6 * pen, 1.3 * pen, d)));
    }
  if (overlay.y == 1)
    for (int s = 0; s < ${t}; s++) {
      vec3 apart = y - centre[s];
      float d = metric(apart), r = pen * 4.5, up_to = r * (order[s] == 2 ? .8 : order[s] == 3 ? .95 : 1.1);
      vec3 shade = order[s] == 2 ? vec3(.75, 0., .16) : order[s] == 3 ? vec3(0., .45, .25)
        : order[s] == 4 ? vec3(.1, .25, .75) : order[s] == 6 ? vec3(.5, .1, .55) : ink;
      c = mix(c, vec3(1.), strength * (1. - smoothstep(up_to + pen * .8, up_to + pen * 1.6, d)));
      c = mix(c, shade, strength * (1. - smoothstep(up_to - pen * .5, up_to + pen * .3, d)));
    }`:""}
  result = vec4(cover > 0. ? mix(paper, c, cover) : paper, 1.);
}`}var k=[1,0,0,0,1,0,0,0,1],y=(n,e)=>n.map((s,o)=>{let t=3*Math.floor(o/3),i=o%3;return n[t]*e[i]+n[t+1]*e[i+3]+n[t+2]*e[i+6]}),_=(n,e)=>[0,3,6].map(s=>n[s]*e[0]+n[s+1]*e[1]+n[s+2]*e[2]),N=(n,e)=>n[0]*e[0]+n[1]*e[1]+n[2]*e[2];function F([n,e,s,o,t,i,r,l,c]){let p=[t*c-i*l,s*l-e*c,e*i-s*t,i*r-o*c,n*c-s*r,s*o-n*i,o*l-t*r,e*r-n*l,n*t-e*o],h=n*p[0]+e*p[3]+s*p[6];return p.map(f=>f/h)}function ae(n){let s=n.map(i=>i/256),o=k,t=k;for(let i=1;i<12;i++)o=y(o,s).map(r=>r/i),t=t.map((r,l)=>r+o[l]);for(let i=0;i<8;i++)t=y(t,t);return t}var ce={product:y,inverse:F,image:_},Se=n=>[0,3,6,1,4,7,2,5,8].map(e=>n[e]),L=class{constructor(e,s,o){let t=e.getContext("webgl2",{antialias:!1,alpha:!1});if(!t)throw new Error("This browser has no WebGL 2.");Object.assign(this,{canvas:e,gl:t,data:s,programs:new Map}),t.bindTexture(t.TEXTURE_2D,t.createTexture()),t.pixelStorei(t.UNPACK_COLORSPACE_CONVERSION_WEBGL,t.NONE),t.texImage2D(t.TEXTURE_2D,0,t.RGBA8,t.RGBA,t.UNSIGNED_BYTE,o),t.generateMipmap(t.TEXTURE_2D),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_MIN_FILTER,t.LINEAR_MIPMAP_LINEAR),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_S,t.CLAMP_TO_EDGE),t.texParameteri(t.TEXTURE_2D,t.TEXTURE_WRAP_T,t.CLAMP_TO_EDGE),this.size=[o.width,o.height]}draw(e,s){let{gl:o,canvas:t,data:i}=this,r=e.overlay.some(Boolean),l=!s&&!r&&this.baked?.ready&&this.baked.symmetry===e.symmetry,c=this.#e(e,{fine:s,spare:r,way:l?"baked":"folded"});o.viewport(0,0,t.width,t.height),l&&c.num("density",[this.baked.density]),l&&this.baked.space==="plane"&&c.mat3("points",[F(this.baked.faces[0])]),c.mat3("motion",[e.motion]),c.num("screen",[e.scale,...e.middle]),c.num("height",[t.height]),c.int("base",[e.base]),c.int("overlay",[...e.overlay,0]),c.num("change",[e.change]),c.num("paper",ke());let p=U(e.tint,i.frame,ce);c.mat3("tint",[p.matrix]),c.num("tint_shift",p.shift),o.drawArrays(o.TRIANGLES,0,3)}bake({model:e,symmetry:s},o){let{gl:t}=this;return this.baked?.symmetry!==s&&(this.baked?.remove(),this.baked=new D(t,b[e].space,s,o)),this.baked.ready?null:(this.baked.add(i=>{let r=this.#e({model:e,symmetry:s},{fine:!1,spare:!1,way:"baking"});r.num("density",[this.baked.density]),r.num("screen",[1,...this.baked.size]),r.mat3("texels",[i]),t.drawArrays(t.TRIANGLES,0,3)}),!this.baked.ready)}finish(){let{gl:e}=this;e.readPixels(0,0,1,1,e.RGBA,e.UNSIGNED_BYTE,new Uint8Array(4))}#e({model:e,symmetry:s},o){let t=[e,s.name,...Object.values(o)].join();this.programs.has(t)||this.programs.set(t,this.#s(e,s,o));let{program:i,set:r}=this.programs.get(t);return this.gl.useProgram(i),r}#s(e,s,o){let{gl:t,data:i}=this,{sides:r,lines:l,centres:c,palette:p}=s,h=t.createProgram(),f=re({model:e,...o,source:i.source.name,direct:s.direct,logits:!!i.frame,sides:r.length,lines:l.length,centres:c.length,colours:p.length});for(let[a,m]of[[t.VERTEX_SHADER,ie],[t.FRAGMENT_SHADER,f]]){let v=t.createShader(a);if(t.shaderSource(v,m),t.compileShader(v),!t.getShaderParameter(v,t.COMPILE_STATUS))throw new Error(t.getShaderInfoLog(v));t.attachShader(h,v)}if(t.linkProgram(h),!t.getProgramParameter(h,t.LINK_STATUS))throw new Error(t.getProgramInfoLog(h));t.useProgram(h);let d=Ae(t,h),g=p.map(a=>U(a,i.frame,ce));t.uniform1i(t.getUniformLocation(h,"baked"),1),d.vec3("side",r.map(a=>a.covector)),d.mat3("pairing",r.map(a=>a.matrix)),d.int("next",r.flatMap(a=>a.next)),d.mat3("colour",g.map(a=>a.matrix)),d.vec3("shift",g.map(a=>a.shift)),d.vec3("line",l.map(a=>a.covector)),d.int("kind",l.map(a=>Number(a.glide))),d.vec3("centre",c.map(a=>a.place)),d.int("order",c.map(a=>a.order)),d.num("soft",[s.soft]),d.num("area",[s.area]),d.num("mean",s.mean),d.num("paint_offset",i.texture.offset),d.num("paint_size",this.size),d.num("texture_scale",[i.texture.scale]);for(let[a,m]of Object.entries(i.source.numbers))d.num(a,m);return{program:h,set:d}}};function ke(){let[n,e,s]=getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g);return[n,e,s].map(o=>o/255)}function Ae(n,e){let s=o=>n.getUniformLocation(e,o);return{num:(o,t)=>n[`uniform${t.length}fv`](s(o),t),vec3:(o,t)=>t.length&&n.uniform3fv(s(o),t.flat()),mat3:(o,t)=>t.length&&n.uniformMatrix3fv(s(o),!1,t.flatMap(Se)),int:(o,t)=>{o==="overlay"?n.uniform4iv(s(o),t):t.length&&n.uniform1iv(s(o),t)}}}var G={plane:null,sphere:[1,1,1],hyperbolic:[1,1,-1]},A=(n,e,s)=>N(e,s.map((o,t)=>n[t]*o));function le(n,e){if(n==="plane")return[-1,0,2*e[0],0,-1,2*e[1],0,0,1];let s=G[n],o=2/A(s,e,e);return[0,1,2].flatMap(t=>[0,1,2].map(i=>o*e[t]*e[i]*s[i]-(t===i)))}function Re(n,e,s){let o=e.map((i,r)=>i+s[r]);if(n==="plane")return o.map(i=>i/2);let t=Math.sqrt(Math.abs(A(G[n],o,o)));return o.map(i=>i/t)}function X(n,e,s,o){return o(le(n,Re(n,e,s)),le(n,e))}function pe(n){let e=Math.cos(n),s=Math.sin(n);return[e,-s,0,s,e,0,0,0,1]}function B(n,e){if(n==="plane")return e;let s=G[n],o=[2,0,1].map(c=>[e[c],e[c+3],e[c+6]]),t=[];for(let c of o){for(let h of t){let f=A(s,c,h)/A(s,h,h);c=c.map((d,g)=>d-f*h[g])}let p=Math.sqrt(Math.abs(A(s,c,c)));t.push(c.map(h=>h/p))}let[i,r,l]=t;return[0,1,2].flatMap(c=>[r[c],l[c],i[c]])}function he(n,e,s){let o=null,t=e,i=[];for(let r=0;r<500;r++){let l=n.map(h=>N(h.covector,t)),c=Math.min(...l);if(!(c<-1e-9*(1+Math.max(...t.map(Math.abs)))))break;let p=l.indexOf(c);t=_(n[p].matrix,t),o=o?s(n[p].matrix,o):n[p].matrix,i.push(p)}return{element:o,passed:i}}var De={hyperbolic:30,spiral:12},Le={hyperbolic:1,spiral:12},I=class{constructor(e){this.data=e,this.model=e.models[0],this.overlay=[0,0,0],this.change=0,this.tint=[1,2,3],this.moved=k;for(let s of e.symmetries){s.palette=J(s.sides.map(o=>o.colour));for(let o of s.sides){let t=O(o.colour);o.next=s.palette.map(i=>Z(s.palette,S(i,t)))}}this.symmetry=e.symmetries[0],this.reset()}get space(){return b[this.model].space}get#e(){return this.model==="disc"&&this.zoomed<=1}get polar(){return this.model==="spiral"||this.model==="tunnel"}reset(){this.view=this.data.start,this.zoomed=1,this.base=0}#s(){return b[this.model].extent.map(e=>e*this.data.unit)}unzoomed(e,s){let[o,t,i,r]=this.#s();return Math.min(e/(t-o),s/(r-i))}placed(e,s){let[o,t,i,r]=this.#s(),l=this.zoomed*this.unzoomed(e,s),c=(o+t)/2,p=(i+r)/2;return{scale:l,middle:[e/2-l*c,s/2+l*p]}}#n([e,s],[o,t]){let{scale:i,middle:r}=this.placed(o,t);return b[this.model].point((e-r[0])/i,(r[1]-s)/i)}drag(e,s,o){if(this.#e){let[r,l]=[e,s].map(([c,p])=>Math.atan2(p-o[1]/2,c-o[0]/2));return this.turn(r-l)}let t=this.#n(e,o),i=this.#n(s,o);!t||!i||(this.polar&&Math.abs(i[1]-t[1])>Math.PI&&(i[1]+=t[1]>i[1]?2*Math.PI:-2*Math.PI),this.#t(X(this.space,i,t,y)))}zoom(e,s,o){if(this.polar)return this.#t([1,0,-Math.log(e),0,1,0,0,0,1]);let t=this.space==="plane"&&this.#n(s,o);this.zoomed=Math.min(Math.max(this.zoomed*e,.1),40),this.#e?this.view=this.view.map((i,r)=>r===2||r===5?0:i):t&&this.#t(X("plane",this.#n(s,o),t,y))}turn(e){if(this.polar)return this.#t([1,0,0,0,1,-e,0,0,1]);if(this.space==="sphere"){let s=Math.cos(e),o=Math.sin(e);return this.#t([1,0,0,0,s,o,0,-o,s])}this.#t(pe(this.space==="plane"?e:-e))}nudge(e,s,o){if(this.polar)return this.#t([1,0,-.1*s,0,1,-.1*e,0,0,1]);if(this.#e)return this.turn(.1*(e+s));let t=o.map(r=>r/2),i=.12*Math.min(...o);this.drag(t,[t[0]-i*e,t[1]+i*s],o)}choose(e){this.symmetry=this.data.symmetries.find(s=>s.name===e),this.base=0}show(e,s,o){let t=(1+Math.cos(Math.PI*s))/2,i=k.map((c,p)=>t*c+(1-t)*e.mirror[p]);this.moved=y(i,ae(e.log.map(c=>-s*c)));let{palette:r}=this.symmetry,l=r[this.base];this.tint=S(S(l,e.colour),O(l)),this.change=o}get motion(){return y(this.moved,this.view)}#t(e){this.view=B(this.space,y(this.view,e));let s=_(this.view,[0,0,1]);if(this.data.periods){let[o,t]=this.data.periods,i=o[0]*t[1]-o[1]*t[0],r=Math.round((s[0]*t[1]-s[1]*t[0])/i),l=Math.round((s[1]*o[0]-s[0]*o[1])/i);if(Math.abs(r)+Math.abs(l)<4)return;this.view=y([1,0,-r*o[0]-l*t[0],0,1,-r*o[1]-l*t[1],0,0,1],this.view)}else if(Math.max(s[2],Math.abs(s[0]))>(this.overlay[2]?De:Le)[this.polar?"spiral":this.space]){let{element:o,passed:t}=he(this.symmetry.sides,s,y);if(!o)return;this.view=B(this.space,y(o,this.view));for(let i of t)this.base=this.symmetry.sides[i].next[this.base]}}};var M=n=>document.getElementById(n),z=JSON.parse(M("data").textContent),E=M("picture");function Ie(n){return new Promise((e,s)=>{let o=new Image;o.onload=()=>e(o),o.onerror=()=>s(new Error("The picture cannot be read.")),o.src=n})}async function $e(){let n=new L(E,z,await Ie(z.texture.data)),e=new I(z),s=null,o=()=>[E.clientWidth,E.clientHeight],t=a=>o().map(m=>Math.max(1,Math.round(m*a*window.devicePixelRatio)));function i(a,m){let[v,u]=t(a);(E.width!==v||E.height!==u)&&Object.assign(E,{width:v,height:u});let{model:x,symmetry:w,motion:$,base:P,overlay:me,change:fe,tint:ue}=e;n.draw({model:x,symmetry:w,motion:$,base:P,overlay:me,change:fe,tint:ue,...e.placed(v,u)},m),n.finish()}let r=j(E,i,{held:()=>c(),moves:a=>(s?.(a),s!==null),prepare:()=>n.bake(e,e.unzoomed(...t(1)))}),l=a=>(...m)=>{a(...m),r()},c=H(E,{drag:l((a,m)=>e.drag(a,m,o())),zoom:l((a,m=o().map(v=>v/2))=>e.zoom(a,m,o())),turn:l(a=>e.turn(a)),nudge:l((a,m)=>e.nudge(a,m,o())),reset:l(()=>e.reset()),release:r});window.addEventListener("resize",r),de("model",z.models.map(a=>[a,b[a].title]),l(a=>e.model=a));let p=["mirrors","centres","domain"].map(M);p.forEach((a,m)=>a.addEventListener("change",l(()=>e.overlay[m]=Number(a.checked))));function h(a){e.choose(a),[e.symmetry.lines,e.symmetry.centres].forEach((m,v)=>p[v].disabled=!m.length)}de("symmetry",z.symmetries.map(a=>[a.name,a.title]),l(h)),h(e.symmetry.name),M("reset").addEventListener("click",l(()=>e.reset()));function f(a){let m=performance.now();s=v=>{let u=(v-m)/1e3,x=w=>w<0?0:w>1?1:w*w*(3-2*w);e.show(a,u<3.4?x(u/1.6):0,u<3.4?x((u-2)/1):0),u>=3.4&&(s=null)},r()}for(let a of z.moves){let m=document.createElement("button");m.type="button",m.textContent=a.name,m.title=a.title,m.setAttribute("aria-label",`Show ${a.name}: ${a.title}`),m.addEventListener("click",()=>f(a)),M("moves").append(m)}M("moves").hidden=!z.moves.length;let d=M("zoom");d.parentElement.hidden=!e.polar;function g(){let a=performance.now();s=d.checked?m=>{e.zoom(Math.exp((m-a)/4e3)),a=m}:null,r()}d.addEventListener("change",g),d.checked=e.polar&&!matchMedia("(prefers-reduced-motion: reduce)").matches,d.checked&&g(),r()}function de(n,e,s){let o=M(n);for(let[t,i]of e)o.append(new Option(i,t));o.addEventListener("change",()=>s(o.value)),o.parentElement.hidden=e.length<2}$e().catch(n=>{let e=M("problem");e.textContent=`${n.message} Here is the picture as it is.`,e.hidden=!1;let s=Object.assign(new Image,{src:z.texture.data,alt:E.getAttribute("aria-label")});E.replaceWith(s)});})();
